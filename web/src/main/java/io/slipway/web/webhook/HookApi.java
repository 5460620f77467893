package io.slipway.web.webhook;

import io.slipway.db.Database;
import io.slipway.engine.access.Right;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.inbox.Hook;
import io.slipway.engine.inbox.Hooks;
import io.slipway.engine.project.Project;
import io.slipway.engine.secret.Secret;
import io.slipway.fault.Fault;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;
import io.vertx.core.http.HttpMethod;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The hooks of a project.
public final class HookApi {
    private final Database database;
    private final Hooks hooks;
    private final String origin;

    /// Adds the operations.
    ///
    /// @param origin what Slipway calls itself, as forges reach it
    public HookApi(Api api, Database database, Hooks hooks, String origin) {
        this.database = database;
        this.hooks = hooks;
        this.origin = origin;
        api.get("/projects/:project/hooks", this::all);
        api.add(HttpMethod.POST, "/projects/:project/hooks", this::create);
        api.add(HttpMethod.DELETE, "/projects/:project/hooks/:hook", this::remove);
    }

    private record All(List<View> hooks) {}

    private record View(
            String hook,
            String forge,
            String label,
            String organisation,
            String url,
            String createdAt,
            @Nullable String deliveredAt) {}

    private record Wanted(
            @Nullable String forge,
            @Nullable String secret,
            @Nullable String repository,
            @Nullable String label) {}

    private record Made(String hook, String url, String secret) {}

    private Object all(ApiRequest request) {
        return new All(
                database
                        .read(tx -> Hooks.of(tx, request.project(tx, Right.CONFIGURE).id()))
                        .stream()
                        .map(
                                one ->
                                        new View(
                                                one.address(),
                                                one.forge().word(),
                                                one.label(),
                                                one.organisation(),
                                                url(one.address()),
                                                one.createdAt().toString(),
                                                one.deliveredAt() == null
                                                        ? null
                                                        : one.deliveredAt().toString()))
                        .toList());
    }

    private String url(String address) {
        return url(origin, address);
    }

    /// Where a forge sends to.
    ///
    /// @param origin what Slipway calls itself
    public static String url(String origin, String address) {
        return origin + (origin.endsWith("/") ? "" : "/") + "webhooks/" + address;
    }

    /// The secret is told this once.
    private Object create(ApiRequest request) throws Exception {
        Wanted wanted = request.body(Wanted.class);
        ForgeKind forge =
                ForgeKind.of(wanted.forge() == null ? "" : wanted.forge())
                        .orElseThrow(() -> ApiRequest.bad("forge", "is none that Slipway knows"));
        String repository = wanted.repository() == null ? "" : wanted.repository();
        String label = wanted.label() == null ? "" : wanted.label();
        if (repository.length() > 100 || label.length() > 200) {
            throw ApiRequest.bad("repository or label", "is too long");
        }
        Secret secret =
                wanted.secret() == null ? Hooks.freshSecret(forge) : Secret.of(wanted.secret());
        Hook hook =
                database.transaction(
                        tx -> {
                            Project project = request.project(tx, Right.CONFIGURE);
                            return hooks.create(
                                    tx,
                                    new Hooks.Wanted(forge, project.id(), repository, label),
                                    secret,
                                    request.caller());
                        });
        return new Made(hook.address(), url(hook.address()), secret.reveal());
    }

    private @Nullable Object remove(ApiRequest request) {
        String address = request.path("hook");
        boolean removed =
                database.transaction(
                        tx -> {
                            Project project = request.project(tx, Right.CONFIGURE);
                            return Hooks.remove(tx, project.id(), address, request.caller());
                        });
        if (!removed) {
            throw new Fault(
                    Fault.Kind.NOT_FOUND,
                    "cannot remove the hook: this project has none at that address",
                    "list them with 'slipway hooks'");
        }
        return null;
    }
}
