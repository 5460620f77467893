package io.slipway.engine.secret;

import io.slipway.db.Tx;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// Reads what was set for the apps of a project. Every version is kept, so that a release can be
/// rolled back together with its configuration.
public final class Configuration {
    private static final String VERSION =
            "select coalesce(max(version), 0) as version from config_values where project_id = ?";

    private final SealingKey key;

    /// @param key opens what is secret
    public Configuration(SealingKey key) {
        this.key = key;
    }

    /// A value in force.
    ///
    /// @param app null: every app of the project
    /// @param value null when it is secret
    /// @param version of the project's configuration that set it
    /// @param setBy a principal's name; null when that is not known
    public record Entry(
            @Nullable String app,
            String name,
            boolean secret,
            @Nullable String value,
            int version,
            Instant setAt,
            @Nullable String setBy) {}

    /// What is set now: values of the project first, then of its apps, by name. Secrets have no
    /// value here.
    public List<Entry> list(Tx tx, long projectId) {
        return StoredValue.inForce(tx, projectId, Integer.MAX_VALUE).stream()
                .map(this::entry)
                .toList();
    }

    /// The newest version of a project's configuration; 0 when nothing was ever set.
    public int version(Tx tx, long projectId) {
        return tx.one(VERSION, row -> row.integer("version"), projectId);
    }

    /// An app's environment now.
    public Resolved resolve(Tx tx, long projectId, String app, Wanted wanted) {
        return resolve(tx, projectId, app, wanted, version(tx, projectId));
    }

    /// An app's environment as the configuration was at a version. What was set wins over the
    /// file's `env`, a value of the app over one of the project, `PORT` over both.
    ///
    /// @throws io.slipway.fault.Fault CONFIGURATION when a secret can't be decrypted
    public Resolved resolve(Tx tx, long projectId, String app, Wanted wanted, int version) {
        Map<String, String> env = new TreeMap<>(wanted.env());
        Map<String, Secret> secrets = new TreeMap<>();
        Map<String, StoredValue> set = new TreeMap<>();
        StoredValue.inForce(tx, projectId, version).stream()
                .filter(value -> value.place().app() == null || app.equals(value.place().app()))
                .sorted(Comparator.comparing(value -> value.place().app() != null))
                .forEach(value -> set.put(value.place().name(), value));
        set.forEach((name, value) -> put(env, secrets, name, value));
        TreeSet<String> missing = new TreeSet<>();
        wanted.secrets()
                .forEach(
                        (variable, name) -> {
                            StoredValue value = set.get(name);
                            if (value == null) {
                                missing.add(name);
                            } else {
                                put(env, secrets, variable, value);
                            }
                        });
        if (wanted.port() != null) {
            secrets.remove("PORT");
            env.put("PORT", String.valueOf(wanted.port()));
        }
        return new Resolved(Map.copyOf(env), Map.copyOf(secrets), List.copyOf(missing), version);
    }

    /// Values that were asked for by name, all hidden.
    ///
    /// @param values by variable
    /// @param missing names without a value, sorted
    public record Named(Map<String, Secret> values, List<String> missing) {}

    /// Single values of the project itself, not of its apps, as the configuration was at a version.
    ///
    /// @param wanted variable to name
    /// @throws io.slipway.fault.Fault CONFIGURATION when a secret can't be decrypted
    public Named named(Tx tx, long projectId, Map<String, String> wanted, int version) {
        Map<String, Secret> values = new TreeMap<>();
        TreeSet<String> missing = new TreeSet<>(wanted.values());
        for (StoredValue set : StoredValue.inForce(tx, projectId, version)) {
            String name = set.place().name();
            if (set.place().app() == null && missing.remove(name)) {
                Secret value = Secret.of(set.text(key));
                wanted.forEach(
                        (variable, from) -> {
                            if (from.equals(name)) {
                                values.put(variable, value);
                            }
                        });
            }
        }
        return new Named(Map.copyOf(values), List.copyOf(missing));
    }

    private void put(
            Map<String, String> env,
            Map<String, Secret> secrets,
            String variable,
            StoredValue value) {
        String text = value.text(key);
        if (value.secret()) {
            env.remove(variable);
            secrets.put(variable, Secret.of(text));
        } else {
            secrets.remove(variable);
            env.put(variable, text);
        }
    }

    private Entry entry(StoredValue value) {
        return new Entry(
                value.place().app(),
                value.place().name(),
                value.secret(),
                value.secret() ? null : value.text(key),
                value.version(),
                value.setAt(),
                value.setBy());
    }
}
