package io.slipway.web.api;

import io.slipway.db.Database;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.access.Tokens;
import io.slipway.fault.Fault;
import io.slipway.web.http.BodyInput;
import io.slipway.web.http.Handover;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;

import java.time.Duration;
import java.util.Optional;

/// Signs browsers in: a token is exchanged for a cookie that holds another one, which ends with the
/// session, with the token that was given, or when it is revoked by itself.
public final class SessionApi {
    private static final Duration SESSION = Duration.ofHours(24);

    private final Database database;
    private final boolean secure;
    private final String version;
    private final Api api;

    /// @param secure whether browsers come by HTTPS
    /// @param version of Slipway
    public SessionApi(Api api, Database database, boolean secure, String version) {
        this.api = api;
        this.database = database;
        this.secure = secure;
        this.version = version;
        api.open(HttpMethod.POST, "/session", this::signIn);
        api.add(HttpMethod.DELETE, "/session", this::signOut);
        api.get("/me", this::me);
    }

    private record SignIn(@Nullable String token) {}

    private record Me(String name, String kind, String version) {}

    private void signIn(RoutingContext context) throws Exception {
        if (!api.sameOrigin(context.request())) {
            throw new Fault(
                    Fault.Kind.PERMISSION,
                    "cannot sign in: the request comes from another site",
                    "sign in on Slipway's own page");
        }
        String token = token(context);
        Optional<TokenText> session =
                database.transaction(
                        tx ->
                                Access.authenticate(tx, TokenText.of(token))
                                        .flatMap(caller -> Tokens.session(tx, caller, SESSION)));
        if (session.isEmpty()) {
            new ApiFaults().unauthorized(context);
            return;
        }
        context.response()
                .addCookie(cookie(session.get().reveal(), SESSION.toSeconds()))
                .setStatusCode(204)
                .end();
        context.request().resume();
    }

    private static String token(RoutingContext context) throws Exception {
        byte[] bytes =
                BodyInput.of(context.request(), Handover.contextOf(context)).readNBytes(2_000);
        try {
            SignIn body = ApiFaults.JSON.readValue(bytes, SignIn.class);
            String token = body == null ? null : body.token();
            if (token != null && !token.isBlank() && token.length() <= 200) {
                return token.strip();
            }
        } catch (JacksonException e) {
            throw ApiRequest.bad("the body", "is not the JSON expected");
        }
        throw ApiRequest.bad("the body", "has no token");
    }

    private Cookie cookie(String value, long seconds) {
        return Cookie.cookie(api.cookie(), value)
                .setPath("/")
                .setHttpOnly(true)
                .setSecure(secure)
                .setSameSite(CookieSameSite.LAX)
                .setMaxAge(seconds);
    }

    private @Nullable Object signOut(ApiRequest request) {
        database.change(tx -> Tokens.revoke(tx, request.caller().tokenId()));
        request.context().response().addCookie(cookie("", 0));
        return null;
    }

    private Object me(ApiRequest request) {
        var principal = request.caller().principal();
        return new Me(
                principal.name(),
                principal.kind().name().toLowerCase(java.util.Locale.ROOT),
                version);
    }
}
