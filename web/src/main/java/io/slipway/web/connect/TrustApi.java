package io.slipway.web.connect;

import io.slipway.db.Database;
import io.slipway.engine.access.Right;
import io.slipway.engine.connect.TrustedAuthors;
import io.slipway.engine.forge.people.ForgePerson;
import io.slipway.engine.project.Project;
import io.slipway.fault.Fault;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;
import io.vertx.core.http.HttpMethod;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/// Whose pull requests from forks need nobody's word.
public final class TrustApi {
    private final Database database;
    private final TrustedAuthors trusted;

    /// Adds the operations.
    public TrustApi(Api api, Database database, TrustedAuthors trusted) {
        this.database = database;
        this.trusted = trusted;
        api.get("/projects/:project/trusted", this::all);
        api.add(HttpMethod.POST, "/projects/:project/trusted", this::add);
        api.add(HttpMethod.POST, "/projects/:project/trusted/members", this::members);
        api.add(HttpMethod.DELETE, "/projects/:project/trusted/:author", this::remove);
    }

    private record All(List<View> authors, boolean members) {}

    private record View(String id, String login, String addedAt, @Nullable String addedBy) {
        static View of(TrustedAuthors.Trusted one) {
            return new View(one.id(), one.login(), one.addedAt().toString(), one.addedBy());
        }
    }

    private Object all(ApiRequest request) {
        return database.read(
                tx -> {
                    Project project = request.project(tx, Right.READ);
                    return new All(
                            TrustedAuthors.of(tx, project.id()).stream().map(View::of).toList(),
                            TrustedAuthors.members(tx, project.id()));
                });
    }

    private record Login(@Nullable String login) {}

    private Object add(ApiRequest request) throws IOException {
        String login = request.body(Login.class).login();
        if (login == null || login.isBlank()) {
            throw ApiRequest.bad("login", "is missing");
        }
        Project project = database.read(tx -> request.project(tx, Right.CONFIGURE));
        ForgePerson person = trusted.add(request.caller(), project, login.strip());
        return new Api.Accepted(Map.of("id", person.id(), "login", person.login()));
    }

    private record Members(@Nullable Boolean trusted) {}

    private Object members(ApiRequest request) throws IOException {
        Boolean wanted = request.body(Members.class).trusted();
        if (wanted == null) {
            throw ApiRequest.bad("trusted", "is missing");
        }
        return database.transaction(
                tx -> {
                    Project project = request.project(tx, Right.CONFIGURE);
                    trusted.members(tx, request.caller(), project, wanted);
                    return new Api.Accepted(Map.of("members", wanted));
                });
    }

    private Object remove(ApiRequest request) {
        String id = request.path("author");
        return database.transaction(
                tx -> {
                    Project project = request.project(tx, Right.CONFIGURE);
                    if (!trusted.remove(tx, request.caller(), project, id)) {
                        throw new Fault(
                                Fault.Kind.NOT_FOUND,
                                "cannot trust "
                                        + id
                                        + " no more: "
                                        + project.name()
                                        + " does not trust them",
                                "see who is trusted with 'slipway trust'");
                    }
                    return new Api.Accepted(Map.of("id", id));
                });
    }
}
