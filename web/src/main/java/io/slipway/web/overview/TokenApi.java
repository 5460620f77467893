package io.slipway.web.overview;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.access.Tokens;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.fault.Fault;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;
import io.vertx.core.http.HttpMethod;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The caller's own tokens. A new one can do at most what the caller's can.
public final class TokenApi {
    private static final int LONGEST_LABEL = 80;
    private static final int MOST_DAYS = 3_650;

    private final Database database;

    /// Adds the operations.
    public TokenApi(Api api, Database database) {
        this.database = database;
        api.get("/tokens", this::list);
        api.add(HttpMethod.POST, "/tokens", this::make);
        api.add(HttpMethod.DELETE, "/tokens/:token", this::revoke);
    }

    private record OfToken(
            long id,
            String label,
            String prefix,
            List<String> scopes,
            @Nullable String project,
            String createdAt,
            @Nullable String expiresAt,
            boolean current) {}

    private record New(
            @Nullable String label,
            @Nullable List<String> scopes,
            @Nullable String project,
            @Nullable Integer days) {}

    private record Made(String token) {
        @Override
        public String toString() {
            return "[secret]";
        }
    }

    private Object list(ApiRequest request) {
        Caller caller = request.caller();
        return database.read(
                tx ->
                        Map.of(
                                "tokens",
                                Tokens.of(tx, caller).stream()
                                        .map(token -> shown(tx, token, caller))
                                        .toList()));
    }

    private static OfToken shown(Tx tx, Tokens.Listed token, Caller caller) {
        Long project = token.projectId();
        return new OfToken(
                token.id(),
                token.label(),
                token.prefix(),
                token.scopes(),
                project == null
                        ? null
                        : Projects.find(tx, project).map(p -> p.name().toString()).orElse(null),
                token.createdAt().toString(),
                token.expiresAt() == null ? null : token.expiresAt().toString(),
                token.id() == caller.tokenId());
    }

    private Object make(ApiRequest request) throws Exception {
        New wanted = request.body(New.class);
        String label = wanted.label() == null ? "" : wanted.label().strip();
        if (label.isEmpty() || label.length() > LONGEST_LABEL) {
            throw ApiRequest.bad("label", "is empty or longer than " + LONGEST_LABEL);
        }
        Integer days = wanted.days();
        if (days != null && (days < 1 || days > MOST_DAYS)) {
            throw ApiRequest.bad("days", "is not between 1 and " + MOST_DAYS);
        }
        Set<Right> scopes = scopes(request.caller(), wanted.scopes());
        return database.transaction(
                tx -> {
                    Long project = project(tx, request.caller(), wanted.project());
                    Duration validFor = validFor(tx, request.caller(), days);
                    TokenText text =
                            Tokens.issue(
                                    tx,
                                    request.caller().principal(),
                                    new Tokens.Grant(label, scopes, project, validFor));
                    Audit.add(
                            tx,
                            request.caller(),
                            new Audit.Entry(project, "token.make", label, Map.of()));
                    return new Made(text.reveal());
                });
    }

    /// None outlives the token that made it.
    private static @Nullable Duration validFor(Tx tx, Caller caller, @Nullable Integer days) {
        Optional<Duration> left = Tokens.left(tx, caller);
        if (days == null) {
            return left.orElse(null);
        }
        Duration wanted = Duration.ofDays(days);
        if (left.isPresent() && left.get().compareTo(wanted) < 0) {
            throw new Fault(
                    Fault.Kind.PERMISSION,
                    "cannot make a token for " + days + " days: yours ends before",
                    "leave the days out: it then ends when yours does");
        }
        return wanted;
    }

    private static Set<Right> scopes(Caller caller, @Nullable List<String> wanted) {
        if (wanted == null || wanted.isEmpty()) {
            throw ApiRequest.bad("scopes", "is empty");
        }
        Set<Right> scopes = EnumSet.noneOf(Right.class);
        for (String word : wanted) {
            Right right =
                    Arrays.stream(Right.values())
                            .filter(one -> scope(one).equals(word))
                            .findFirst()
                            .orElseThrow(() -> ApiRequest.bad("scopes", "has an unknown one"));
            if (!caller.scopes().contains(right)) {
                throw new Fault(
                        Fault.Kind.PERMISSION,
                        "cannot make a token with " + word + ": yours does not have it",
                        "choose of "
                                + caller.scopes().stream()
                                        .sorted()
                                        .map(TokenApi::scope)
                                        .collect(Collectors.joining(", ")));
            }
            scopes.add(right);
        }
        return scopes;
    }

    private static String scope(Right right) {
        return right.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// A caller that is good for one project makes tokens for that project only.
    private static @Nullable Long project(Tx tx, Caller caller, @Nullable String name) {
        if (caller.repository() != null) {
            throw new Fault(
                    Fault.Kind.PERMISSION,
                    "cannot make a token: yours is for one repository only",
                    "sign in with a token of your own");
        }
        if (name == null || name.isEmpty()) {
            return caller.projectId();
        }
        Project project = Projects.get(tx, ProjectName.parse(name));
        Access.require(caller, Right.READ, project);
        return project.id();
    }

    private @Nullable Object revoke(ApiRequest request) {
        long id = request.pathNumber("token");
        Caller caller = request.caller();
        database.change(
                tx -> {
                    Tokens.Listed token =
                            Tokens.of(tx, caller).stream()
                                    .filter(one -> one.id() == id)
                                    .findFirst()
                                    .orElseThrow(TokenApi::missing);
                    Tokens.revoke(tx, id);
                    Audit.add(
                            tx,
                            caller,
                            new Audit.Entry(
                                    token.projectId(), "token.revoke", token.label(), Map.of()));
                });
        return null;
    }

    private static Fault missing() {
        return new Fault(
                Fault.Kind.NOT_FOUND,
                "cannot revoke the token: you have none of that id that is still good and can do no"
                        + " more than the one that you use",
                "see your tokens under /-/settings");
    }
}
