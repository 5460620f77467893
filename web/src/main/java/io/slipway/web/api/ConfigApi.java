package io.slipway.web.api;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.access.Right;
import io.slipway.engine.project.AppName;
import io.slipway.engine.project.Project;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.secret.Configuration;
import io.slipway.engine.secret.ConfigurationChanges;
import io.slipway.engine.secret.ConfigurationChanges.Scope;
import io.slipway.engine.secret.Secret;
import io.vertx.core.http.HttpMethod;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// What is set for a project's apps.
public final class ConfigApi {
    private final Database database;
    private final Configuration configuration;
    private final ConfigurationChanges changes;

    /// Adds the operations.
    public ConfigApi(
            Api api, Database database, Configuration configuration, ConfigurationChanges changes) {
        this.database = database;
        this.configuration = configuration;
        this.changes = changes;
        api.get("/projects/:project/config", this::list);
        api.add(HttpMethod.PATCH, "/projects/:project/config", this::change);
    }

    private record Values(int version, List<Value> values) {}

    private record Value(
            String name,
            @Nullable String app,
            boolean secret,
            @Nullable String value,
            int version,
            String setAt,
            @Nullable String setBy) {}

    private record Change(
            @Nullable Map<String, String> set,
            @Nullable Map<String, String> secrets,
            @Nullable List<String> unset) {
        @Override
        public String toString() {
            return "[secret]";
        }
    }

    private record Changed(int version, List<Integer> runs) {}

    private Object list(ApiRequest request) {
        String app = request.query("app");
        return database.read(
                tx -> {
                    Project project = request.project(tx, Right.READ);
                    List<Value> values =
                            configuration.list(tx, project.id()).stream()
                                    .filter(
                                            e ->
                                                    app == null
                                                            || e.app() == null
                                                            || app.equals(e.app()))
                                    .map(ConfigApi::value)
                                    .toList();
                    return new Values(configuration.version(tx, project.id()), values);
                });
    }

    private static Value value(Configuration.Entry entry) {
        return new Value(
                entry.name(),
                entry.app(),
                entry.secret(),
                entry.value(),
                entry.version(),
                entry.setAt().toString(),
                entry.setBy());
    }

    private Object change(ApiRequest request) throws Exception {
        Change change = request.body(Change.class);
        String app = request.query("app");
        return database.transaction(
                tx -> {
                    Project project = request.project(tx, Right.CONFIGURE);
                    Scope scope = new Scope(project, app == null ? null : AppName.parse(app));
                    int before = RunHistory.latestNumber(tx, project.id());
                    apply(tx, request, scope, change);
                    int after = RunHistory.latestNumber(tx, project.id());
                    List<Integer> started =
                            IntStream.rangeClosed(before + 1, after).boxed().toList();
                    return new Changed(configuration.version(tx, project.id()), started);
                });
    }

    private void apply(Tx tx, ApiRequest request, Scope scope, Change change) {
        if (change.set() != null && !change.set().isEmpty()) {
            changes.set(tx, request.caller(), scope, change.set());
        }
        if (change.secrets() != null) {
            change.secrets()
                    .forEach(
                            (name, value) ->
                                    changes.setSecret(
                                            tx, request.caller(), scope, name, Secret.of(value)));
        }
        if (change.unset() != null && !change.unset().isEmpty()) {
            changes.unset(tx, request.caller(), scope, change.unset());
        }
    }
}
