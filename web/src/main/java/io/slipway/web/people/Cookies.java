package io.slipway.web.people;

import io.slipway.engine.access.TokenText;
import io.slipway.engine.account.Accounts;
import io.slipway.web.api.Api;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.ext.web.RoutingContext;

/// The cookie of a browser's session: for Slipway's own host only, out of reach of scripts, and
/// never sent along by another site's forms. Over HTTPS it is bound to it; plain HTTP is for this
/// machine only.
record Cookies(Api api) {
    void set(RoutingContext context, TokenText session) {
        context.response()
                .addCookie(cookie(context, session.reveal(), Accounts.SESSION.toSeconds()));
    }

    void remove(RoutingContext context) {
        context.response().addCookie(cookie(context, "", 0));
    }

    private Cookie cookie(RoutingContext context, String value, long seconds) {
        return Cookie.cookie(api.cookie(context.request()), value)
                .setPath("/")
                .setHttpOnly(true)
                .setSecure(api.secure(context.request()))
                .setSameSite(CookieSameSite.LAX)
                .setMaxAge(seconds);
    }
}
