package io.slipway.web.api;

import io.slipway.db.Database;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Role;
import io.slipway.engine.access.SessionUse;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.account.TokenDoor;
import io.slipway.engine.blob.Digest;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.engine.route.ServerLink;
import io.slipway.web.contract.Contract;
import io.slipway.web.contract.Need;
import io.slipway.web.contract.QueryRules;
import io.slipway.web.http.Handover;
import io.slipway.web.http.Presented;
import io.slipway.web.http.RequestRate;
import io.slipway.web.http.Way;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Who asks, what is asked, and what is answered: each operation is a function of a checked
/// request.
public final class Api {
    /// Where all operations are.
    public static final String PREFIX = "/api/v1";

    /// Under this key a request has an [AsText] that its answer is shown by.
    public static final String AS_TEXT = AsText.class.getName();

    /// Under this key a request is for a page's address, whose own parameters mean nothing here.
    public static final String OF_PAGE = Api.class.getName() + " page";

    private final Router router;
    private final Database database;
    private final Handover handover;
    private final String origin;
    private final ApiFaults faults = new ApiFaults();
    private final RequestRate rate = new RequestRate();
    private final Contract contract;
    private final Repeats repeats;
    private final SessionUse sessions;
    private final TokenDoor tokens;
    private final UnaryOperator<String> words;

    /// @param origin what Slipway calls itself, `http://localhost:8080`: the only origin whose
    ///   pages may use the cookie
    /// @param words stands for a text without telling it, the same for the same text
    public Api(
            Router router,
            Database database,
            Handover handover,
            String origin,
            UnaryOperator<String> words) {
        this(router, database, handover, origin, words, Contract.read());
    }

    /// As [#Api(Router,Database,Handover,String,UnaryOperator)].
    ///
    /// @param contract that was read already
    public Api(
            Router router,
            Database database,
            Handover handover,
            String origin,
            UnaryOperator<String> words,
            Contract contract) {
        this.contract = contract;
        this.router = router;
        this.database = database;
        this.handover = handover;
        this.origin = origin;
        this.repeats = new Repeats(database);
        this.sessions = new SessionUse(database);
        this.tokens = new TokenDoor(database);
        this.words = words;
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

    /// Shows an answer as text.
    @FunctionalInterface
    public interface AsText {
        /// @param answer as the contract says
        String text(JsonNode answer);
    }

    /// Adds an operation that reads.
    ///
    /// @param path below `/api/v1`
    public void get(String path, Operation operation) {
        add(HttpMethod.GET, path, operation);
    }

    /// Adds an operation that changes something.
    public void add(HttpMethod method, String path, Operation operation) {
        Rules rules =
                new Rules(
                        contract.need(method.name(), path),
                        contract.query(method.name(), path),
                        contract.secret(method.name(), path));
        router.route(method, PREFIX + path)
                .handler(handover.to(context -> serve(context, rules, operation), faults));
    }

    /// An operation for which nobody needs to be signed in.
    public void open(HttpMethod method, String path, Handover.Blocking blocking) {
        if (contract.need(method.name(), path).of() != Need.Of.NOBODY) {
            throw new IllegalStateException(path + " is not for nobody, says the contract");
        }
        QueryRules query = contract.query(method.name(), path);
        router.route(method, PREFIX + path)
                .handler(
                        handover.to(
                                context -> {
                                    onlyKnown(context, query);
                                    blocking.handle(context);
                                },
                                faults));
    }

    private static void onlyKnown(RoutingContext context, QueryRules query) {
        MultiMap given;
        try {
            given = context.queryParams();
        } catch (HttpException e) {
            throw ApiRequest.bad("the query", "can't be decoded");
        }
        if (context.get(OF_PAGE) == null) {
            query.checkNames(given.names());
            for (Map.Entry<String, String> one : given) {
                query.checkValue(one.getKey(), one.getValue());
            }
        }
    }

    /// What the contract says of an operation.
    ///
    /// @param secret whether its answer must not be kept
    private record Rules(Need need, QueryRules query, boolean secret) {}

    private void serve(RoutingContext context, Rules rules, Operation operation) throws Exception {
        Optional<Caller> caller = caller(context.request());
        if (caller.isEmpty()) {
            faults.unauthorized(context);
            return;
        }
        rate.count(caller.get().tokenId(), Way.of(context.request()));
        if (context.request().getHeader("Authorization") == null) {
            sessions.note(caller.get().tokenId());
        }
        ApiRequest request = new ApiRequest(context, caller.get(), Handover.contextOf(context));
        mustBe(request, rules.need());
        onlyKnown(context, rules.query());
        String key = context.request().getHeader("Idempotency-Key");
        if (key != null && !reads(context.request())) {
            serveOnce(request, operation, new Once(key, rules.secret()));
            return;
        }
        Object body = operation.answer(request);
        if (body != Answered.BY_ITSELF) {
            write(context, answer(body));
        }
    }

    /// The door for every operation. What belongs to a project that the path does not name is
    /// guarded by its own operation, which knows the project.
    private void mustBe(ApiRequest request, Need need) {
        Role role = need.role();
        if (role == null) {
            return;
        }
        if (need.of() == Need.Of.INSTANCE) {
            Access.requireInstanceRole(request.caller(), role);
        } else if (request.context().pathParams().containsKey("project")) {
            Project project =
                    database.read(
                            tx -> Projects.get(tx, ProjectName.parse(request.path("project"))));
            Access.requireRole(request.caller(), role, project);
        }
    }

    private record Once(String key, boolean secret) {}

    private void serveOnce(ApiRequest request, Operation operation, Once once) throws Exception {
        RoutingContext context = request.context();
        String what = context.request().method() + " " + context.request().uri();
        Repeats.Asked asked = new Repeats.Asked(what, words.apply("request " + sha256(request)));
        Repeats.Answer answer;
        try {
            answer =
                    repeats.once(
                            request.caller().principal().id(),
                            once.key(),
                            asked,
                            once.secret(),
                            () -> answer(operation.answer(request)));
        } catch (Repeats.Reused e) {
            faults.unprocessable(context, e.fault());
            return;
        }
        write(context, answer);
    }

    private static String sha256(ApiRequest request) throws IOException {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(request.bytes());
            return HexFormat.of().formatHex(sum);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Repeats.Answer answer(@Nullable Object body) {
        if (body == null) {
            return new Repeats.Answer(204, null);
        }
        boolean accepted = body instanceof Accepted;
        Object json = body instanceof Accepted started ? started.body() : body;
        return new Repeats.Answer(accepted ? 202 : 200, ApiFaults.JSON.writeValueAsBytes(json));
    }

    private static void write(RoutingContext context, Repeats.Answer answer) {
        HttpServerResponse response = context.response().setStatusCode(answer.status());
        byte[] body = answer.body();
        AsText text = context.get(AS_TEXT);
        if (body == null) {
            response.putHeader("Cache-Control", "no-store").end();
        } else if (text != null) {
            String shown = text.text(ApiFaults.JSON.readTree(body));
            response.putHeader("Cache-Control", "no-store")
                    .putHeader("Content-Type", "text/plain; charset=utf-8")
                    .putHeader("X-Content-Type-Options", "nosniff")
                    .end(Buffer.buffer(shown));
        } else if (reads(context.request())) {
            tagged(context, body);
        } else {
            response.putHeader("Cache-Control", "no-store")
                    .putHeader("Content-Type", "application/json")
                    .end(Buffer.buffer(body));
        }
        Handover.drain(context);
    }

    /// What somebody has already is not sent again.
    private static void tagged(RoutingContext context, byte[] body) {
        String tag = "\"" + Digest.of(body).hex().substring(0, 32) + "\"";
        String known = context.request().getHeader("If-None-Match");
        HttpServerResponse response =
                context.response()
                        .putHeader("ETag", tag)
                        .putHeader("Cache-Control", "private, no-cache")
                        .putHeader("Vary", "Authorization, Cookie");
        if (known != null && List.of(known.split("\\s*,\\s*")).contains(tag)) {
            response.setStatusCode(304).end();
        } else {
            response.putHeader("Content-Type", "application/json").end(Buffer.buffer(body));
        }
    }

    private static boolean reads(HttpServerRequest request) {
        return request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD;
    }

    /// Who asks: by the header, or by the cookie where a page of another origin can't have sent it.
    public Optional<Caller> caller(HttpServerRequest request) {
        Way way = Way.of(request);
        String header = request.getHeader("Authorization");
        if (header != null) {
            way.requireSecret();
            return Presented.bearer(header)
                    .or(() -> reads(request) ? Presented.password(header) : Optional.empty())
                    .flatMap(token -> authenticate(token, way));
        }
        Cookie session = request.getCookie(cookie(request));
        if (session == null || !sameOrigin(request)) {
            return Optional.empty();
        }
        way.requireSecret();
        return authenticate(TokenText.of(session.getValue()), way);
    }

    /// Name of the cookie that holds a browser's session, as it comes on this request's way.
    public String cookie(HttpServerRequest request) {
        return secure(request) ? ServerLink.SECURE_SESSION : ServerLink.SESSION;
    }

    /// Whether the browser talks HTTPS, to the switch or to what stands before it.
    public boolean secure(HttpServerRequest request) {
        return Way.of(request).secure() || origin.startsWith("https:");
    }

    private Optional<Caller> authenticate(TokenText token, Way way) {
        return tokens.caller(token, way.client());
    }

    /// Who presents a token, for the doors beside the API: they count together.
    public TokenDoor tokens() {
        return tokens;
    }

    /// Answers somebody who need not be signed in.
    public void answer(RoutingContext context, Object body) {
        context.response()
                .putHeader("Cache-Control", "no-store")
                .putHeader("Content-Type", "application/json")
                .end(Buffer.buffer(ApiFaults.JSON.writeValueAsBytes(body)));
        Handover.drain(context);
    }

    /// Answers that nobody is known by what was presented.
    public void unauthorized(RoutingContext context) {
        faults.unauthorized(context);
    }

    /// Whether a request that a browser sends by itself comes from Slipway's own pages.
    public boolean sameOrigin(HttpServerRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        String from = request.getHeader("Origin");
        boolean siteFits = site == null || site.equals("same-origin") || site.equals("none");
        boolean originFits = from == null || from.equals(origin);
        return siteFits && originFits && (reads(request) || site != null || from != null);
    }
}
