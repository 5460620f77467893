package io.slipway.web.people;

import io.slipway.engine.account.TooManyTries;
import io.slipway.engine.oidc.Oidc;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;
import io.slipway.web.http.FaultAnswer;
import io.slipway.web.http.Handover;
import io.slipway.web.http.Way;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Sends browsers to the provider of identities and takes them back.
public final class OidcApi {
    /// Where the provider sends browsers back to, below what Slipway calls itself.
    public static final String CALLBACK = Api.PREFIX + "/oidc/callback";

    private static final String COOKIE = "slipway_sign_in";
    private static final long MINUTES_10 = 600;

    private final Api api;
    private final SessionApi sessions;
    private final @Nullable Oidc oidc;

    /// Adds the operations.
    ///
    /// @param oidc null: there is no provider
    public OidcApi(Api api, SessionApi sessions, @Nullable Oidc oidc) {
        this.api = api;
        this.sessions = sessions;
        this.oidc = oidc;
        api.open(HttpMethod.GET, "/oidc/begin", this::begin);
        api.open(HttpMethod.GET, "/oidc/callback", this::callback);
        api.open(HttpMethod.GET, "/session", this::ways);
    }

    /// @param password whether somebody has one
    private record Ways(boolean password, @Nullable String oidc) {}

    private void ways(RoutingContext context) {
        api.answer(context, new Ways(sessions.passwords(), oidc == null ? null : oidc.shown()));
    }

    private Oidc provider() {
        if (oidc == null) {
            throw new Fault(
                    Kind.NOT_FOUND,
                    "cannot sign in by a provider: there is none",
                    "an operator sets SLIPWAY_OIDC_ISSUER");
        }
        return oidc;
    }

    private void begin(RoutingContext context) {
        Oidc provider = provider();
        Way way = Way.of(context.request());
        told(
                context,
                () -> {
                    way.requireSecret();
                    sessions.count(context);
                    String next = parameter(context, "next");
                    Oidc.Begun begun = provider.begin(next == null ? "/" : next);
                    context.response().addCookie(cookie(context, begun.browser(), MINUTES_10));
                    return begun.url();
                });
    }

    private void callback(RoutingContext context) {
        Oidc provider = provider();
        Way way = Way.of(context.request());
        told(
                context,
                () -> {
                    way.requireSecret();
                    Cookie cookie = context.request().getCookie(COOKIE);
                    String error = parameter(context, "error");
                    if (error != null) {
                        throw new Fault(
                                Kind.PERMISSION,
                                "cannot sign in: the provider says no",
                                "begin again, or ask who runs it");
                    }
                    Oidc.Ended ended =
                            provider.end(
                                    parameter(context, "state"),
                                    parameter(context, "code"),
                                    cookie == null ? null : cookie.getValue(),
                                    parameter(context, "iss"));
                    context.response().addCookie(cookie(context, "", 0));
                    sessions.welcome(context, ended.person(), "oidc");
                    return ended.next();
                });
    }

    /// Where the browser goes next.
    @FunctionalInterface
    private interface Step {
        String location();
    }

    private static void told(RoutingContext context, Step step) {
        String location;
        try {
            location = step.location();
        } catch (Fault e) {
            FaultAnswer.TEXT.answer(context, e); // people read it, in their browser
            return;
        } catch (TooManyTries e) {
            FaultAnswer.TEXT.tooMany(context, e);
            return;
        }
        context.response()
                .setStatusCode(303)
                .putHeader("Location", location)
                .putHeader("Cache-Control", "no-store")
                .putHeader("Referrer-Policy", "no-referrer")
                .end();
        Handover.drain(context);
    }

    /// It comes back with the provider's redirect, which is another site's doing.
    private Cookie cookie(RoutingContext context, String value, long seconds) {
        return Cookie.cookie(COOKIE, value)
                .setPath(Api.PREFIX + "/oidc")
                .setHttpOnly(true)
                .setSecure(api.secure(context.request()))
                .setSameSite(CookieSameSite.LAX)
                .setMaxAge(seconds);
    }

    private static @Nullable String parameter(RoutingContext context, String name) {
        List<String> values = context.queryParam(name);
        if (values.size() > 1) {
            throw ApiRequest.bad(name, "is given twice");
        }
        return values.isEmpty() ? null : values.getFirst();
    }
}
