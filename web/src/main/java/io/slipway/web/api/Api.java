package io.slipway.web.api;

import io.slipway.db.Database;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.route.ServerLink;
import io.slipway.web.http.Handover;
import io.slipway.web.http.Presented;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/// Who asks, what is asked, and what is answered: each operation is a function of a checked
/// request.
public final class Api {
    private static final String PREFIX = "/api/v1";

    private final Router router;
    private final Database database;
    private final Handover handover;
    private final String origin;
    private final String cookie;
    private final ApiFaults faults = new ApiFaults();

    /// @param origin what Slipway calls itself, `http://localhost:8080`: the only origin whose
    ///   pages may use the cookie
    public Api(Router router, Database database, Handover handover, String origin) {
        this.router = router;
        this.database = database;
        this.handover = handover;
        this.origin = origin;
        this.cookie = origin.startsWith("https:") ? ServerLink.SECURE_SESSION : ServerLink.SESSION;
    }

    /// An operation; what it returns is the JSON of a 200, [Accepted] a 202, null a 204.
    @FunctionalInterface
    public interface Operation {
        /// Answers, or throws a fault.
        @Nullable Object answer(ApiRequest request) throws Exception;
    }

    /// What was started, not what came of it.
    public record Accepted(Object body) {}

    /// The operation has answered by itself.
    public enum Answered {
        /// Nothing more is written.
        BY_ITSELF
    }

    /// Adds an operation that reads.
    ///
    /// @param path below `/api/v1`
    public void get(String path, Operation operation) {
        add(HttpMethod.GET, path, operation);
    }

    /// Adds an operation that changes something.
    public void add(HttpMethod method, String path, Operation operation) {
        router.route(method, PREFIX + path)
                .handler(handover.to(context -> serve(context, operation), faults));
    }

    /// An operation for which nobody needs to be signed in.
    void open(HttpMethod method, String path, Handover.Blocking blocking) {
        router.route(method, PREFIX + path).handler(handover.to(blocking, faults));
    }

    private void serve(RoutingContext context, Operation operation) throws Exception {
        Optional<Caller> caller = caller(context.request());
        if (caller.isEmpty()) {
            faults.unauthorized(context);
            return;
        }
        Object body =
                operation.answer(
                        new ApiRequest(context, caller.get(), Handover.contextOf(context)));
        if (body != Answered.BY_ITSELF) {
            write(context, body);
        }
    }

    private static void write(RoutingContext context, @Nullable Object body) {
        context.response().putHeader("Cache-Control", "no-store");
        if (body == null) {
            context.response().setStatusCode(204).end();
        } else {
            boolean accepted = body instanceof Accepted;
            Object json = body instanceof Accepted started ? started.body() : body;
            context.response()
                    .setStatusCode(accepted ? 202 : 200)
                    .putHeader("Content-Type", "application/json")
                    .end(Buffer.buffer(ApiFaults.JSON.writeValueAsBytes(json)));
        }
        context.request().resume();
    }

    /// Who asks: by the header, or by the cookie where a page of another origin can't have sent it.
    public Optional<Caller> caller(HttpServerRequest request) {
        String header = request.getHeader("Authorization");
        if (header != null) {
            return Presented.bearer(header).flatMap(this::authenticate);
        }
        Cookie session = request.getCookie(cookie);
        return session == null || !sameOrigin(request)
                ? Optional.empty()
                : authenticate(TokenText.of(session.getValue()));
    }

    /// Name of the cookie that holds a browser's session.
    String cookie() {
        return cookie;
    }

    private Optional<Caller> authenticate(TokenText token) {
        return database.read(tx -> Access.authenticate(tx, token));
    }

    boolean sameOrigin(HttpServerRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        String from = request.getHeader("Origin");
        boolean siteFits = site == null || site.equals("same-origin") || site.equals("none");
        boolean originFits = from == null || from.equals(origin);
        boolean reads = request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD;
        return siteFits && originFits && (reads || site != null || from != null);
    }
}
