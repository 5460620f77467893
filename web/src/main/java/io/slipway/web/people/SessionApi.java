package io.slipway.web.people;

import io.slipway.db.Database;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Role;
import io.slipway.engine.access.SessionLife;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.access.Tokens;
import io.slipway.engine.account.Accounts;
import io.slipway.engine.account.Attempts;
import io.slipway.engine.account.TooManyTries;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;
import io.slipway.web.http.BodyInput;
import io.slipway.web.http.Handover;
import io.slipway.web.http.Way;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/// Signs browsers in, by name and password, by a token or by an invitation: each is exchanged for a
/// cookie that holds another token. It ends with the session, with what it was given for, or when
/// it is revoked by itself.
public final class SessionApi {
    private static final int BODY_CAP = 4 << 10;
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    private final Database database;
    private final Accounts accounts;
    private final Attempts attempts = new Attempts();
    private final Cookies cookies;
    private final SessionLife life;
    private final String version;
    private final Api api;

    /// Adds the operations.
    ///
    /// @param idle after how long without a request a browser has to sign in again
    /// @param version of Slipway
    public SessionApi(
            Api api, Database database, Accounts accounts, Duration idle, String version) {
        this.api = api;
        this.database = database;
        this.accounts = accounts;
        this.cookies = new Cookies(api);
        this.life = new SessionLife(Accounts.SESSION, idle);
        this.version = version;
        api.open(HttpMethod.POST, "/session", this::signIn);
        api.open(HttpMethod.POST, "/invitation", this::accept);
        api.add(HttpMethod.DELETE, "/session", this::signOut);
        api.get("/me", this::me);
        api.add(HttpMethod.POST, "/me/password", this::password);
    }

    private record SignIn(
            @Nullable String token, @Nullable String name, @Nullable String password) {
        @Override
        public String toString() {
            return "[secret]";
        }
    }

    private record Acceptance(@Nullable String invitation, @Nullable String password) {
        @Override
        public String toString() {
            return "[secret]";
        }
    }

    private record Change(@Nullable String old, @Nullable String password) {
        @Override
        public String toString() {
            return "[secret]";
        }
    }

    private record Me(String name, String kind, String version, @Nullable String role) {}

    boolean passwords() {
        return accounts.anybody();
    }

    private void signIn(RoutingContext context) throws Exception {
        Way way = checked(context);
        SignIn body = body(context, SignIn.class);
        String name = body.name();
        String password = body.password();
        String token = body.token();
        if (name != null && password != null) {
            tried(
                    context,
                    name,
                    () ->
                            accounts.signIn(name, password)
                                    .map(person -> session(person, way, "password")));
        } else if (token != null && !token.isBlank()) {
            tried(context, "", () -> byToken(TokenText.of(token.strip()), way));
        } else {
            throw ApiRequest.bad("the body", "has neither a token nor name and password");
        }
    }

    private void accept(RoutingContext context) throws Exception {
        Way way = checked(context);
        Acceptance body = body(context, Acceptance.class);
        String invitation = body.invitation();
        String password = body.password();
        if (invitation == null || password == null) {
            throw ApiRequest.bad("the body", "has no invitation or no password");
        }
        tried(
                context,
                "",
                () ->
                        accounts.accept(TokenText.of(invitation), password)
                                .map(person -> session(person, way, "invitation")));
    }

    /// What makes a session, or tells nothing of why it does not.
    @FunctionalInterface
    private interface Proof {
        Optional<TokenText> session();
    }

    private void tried(RoutingContext context, String name, Proof proof) {
        String address = Way.of(context.request()).client();
        enter(address, name);
        Optional<TokenText> session;
        try {
            session = proof.session();
        } catch (Fault e) {
            attempts.succeeded(address, name); // nothing was learned of whether it is right
            throw e;
        }
        if (session.isEmpty()) {
            api.unauthorized(context);
            return;
        }
        attempts.succeeded(address, name);
        cookies.set(context, session.get());
        context.response().setStatusCode(204).end();
        Handover.drain(context);
    }

    /// Counts that somebody comes to sign in.
    ///
    /// @throws TooManyTries when it was too often
    void count(RoutingContext context) {
        enter(Way.of(context.request()).client(), "");
    }

    private void enter(String address, String name) {
        long wait = attempts.enter(address, name);
        if (wait > 0) {
            throw new TooManyTries(wait);
        }
    }

    /// Signs a browser in as somebody who has proved to be it.
    ///
    /// @param by how
    void welcome(RoutingContext context, Principal person, String by) {
        Way way = Way.of(context.request());
        cookies.set(context, session(person, way, by));
        attempts.succeeded(way.client(), "");
    }

    private Optional<TokenText> byToken(TokenText token, Way way) {
        return database.transaction(
                tx ->
                        Access.authenticate(tx, token)
                                .map(caller -> caller.from(way.client()))
                                .flatMap(
                                        caller -> {
                                            Optional<TokenText> made =
                                                    Tokens.session(tx, caller, life);
                                            made.ifPresent(
                                                    text ->
                                                            Audit.add(
                                                                    tx,
                                                                    caller,
                                                                    Audit.Entry.of(
                                                                            null, "sign-in",
                                                                            "token")));
                                            return made;
                                        }));
    }

    private TokenText session(Principal person, Way way, String by) {
        return database.transaction(
                tx -> {
                    TokenText text = Tokens.session(tx, person, life);
                    Access.authenticate(tx, text)
                            .ifPresent(
                                    caller ->
                                            Audit.add(
                                                    tx,
                                                    caller.from(way.client()),
                                                    Audit.Entry.of(null, "sign-in", by)));
                    return text;
                });
    }

    private Way checked(RoutingContext context) {
        Way way = Way.of(context.request());
        way.requireSecret();
        if (!api.sameOrigin(context.request())) {
            throw new Fault(
                    Kind.PERMISSION,
                    "cannot sign in: the request comes from another site",
                    "sign in on Slipway's own page");
        }
        return way;
    }

    private static <T> T body(RoutingContext context, Class<T> type) throws Exception {
        byte[] bytes =
                BodyInput.of(context.request(), Handover.contextOf(context))
                        .readNBytes(BODY_CAP + 1);
        try {
            T body = bytes.length > BODY_CAP ? null : JSON.readValue(bytes, type);
            if (body != null) {
                return body;
            }
        } catch (JacksonException e) {
            throw ApiRequest.bad("the body", "is not the JSON expected");
        }
        throw ApiRequest.bad("the body", "is too large, or null");
    }

    private @Nullable Object signOut(ApiRequest request) {
        database.change(tx -> Tokens.revoke(tx, request.caller().tokenId()));
        cookies.remove(request.context());
        return null;
    }

    private @Nullable Object password(ApiRequest request) throws Exception {
        Change body = request.body(Change.class);
        String old = body.old();
        String chosen = body.password();
        if (old == null || chosen == null) {
            throw ApiRequest.bad("the body", "has no old or no new password");
        }
        Principal person = request.caller().principal();
        Way way = Way.of(request.context().request());
        enter(way.client(), person.name());
        if (!accounts.change(person, old, chosen)) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot change the password: the old one is not right",
                    "ask an admin for an invitation when it is lost");
        }
        attempts.succeeded(way.client(), person.name());
        cookies.set(request.context(), session(person, way, "password"));
        return null;
    }

    private Object me(ApiRequest request) {
        Principal principal = request.caller().principal();
        Role role = request.caller().roles().instance();
        return new Me(
                principal.name(),
                principal.kind().name().toLowerCase(Locale.ROOT),
                version,
                role == null ? null : role.word());
    }
}
