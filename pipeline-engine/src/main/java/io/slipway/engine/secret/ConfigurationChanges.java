package io.slipway.engine.secret;

import io.slipway.db.Tx;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Right;
import io.slipway.engine.project.AppName;
import io.slipway.engine.project.Project;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Changes what is set for the apps of a project. One call is one new version of the project's
/// configuration, one row of the audit log for each name, and one call of what follows (a new
/// release of the same images), all in the caller's transaction.
public final class ConfigurationChanges {
    /// Woken after each change; the payload is the project's id.
    public static final String CHANNEL = "config";

    private static final String LOCK = "select id from projects where id = ? for update";

    private final SealingKey key;
    private final Follower follower;

    /// @param follower called with each change, in its transaction
    public ConfigurationChanges(SealingKey key, Follower follower) {
        this.key = key;
        this.follower = follower;
    }

    /// What follows a change.
    @FunctionalInterface
    public interface Follower {
        /// Called in the transaction of the change; what it throws undoes the change.
        void changed(Tx tx, Change change);
    }

    /// A change that was made.
    ///
    /// @param app the app it reaches; null: every app of the project
    /// @param names what was set or unset, in the order given
    /// @param version of the project's configuration, from 1
    /// @param cause for people: `config set LOG_LEVEL`
    public record Change(
            Project project,
            @Nullable AppName app,
            List<String> names,
            int version,
            String cause,
            Caller caller) {}

    /// Which values are meant.
    ///
    /// @param app null: those of every app of the project
    public record Scope(Project project, @Nullable AppName app) {}

    /// Sets values that may be seen.
    ///
    /// @return empty when all of them had these values already
    /// @throws io.slipway.fault.Fault CONFIGURATION when a name or value can't be taken, or a name
    ///   is secret until now; PERMISSION
    public Optional<Change> set(Tx tx, Caller caller, Scope scope, Map<String, String> values) {
        values.forEach((name, value) -> ValueName.check(name, value, false));
        List<Wish> wishes = new ArrayList<>();
        values.forEach((name, value) -> wishes.add(new Wish(name, value, false)));
        return apply(tx, caller, scope, wishes);
    }

    /// Sets a value that must not be seen.
    ///
    /// @return empty when it had this value already
    /// @throws io.slipway.fault.Fault CONFIGURATION when the name or value can't be taken;
    ///   PERMISSION
    public Optional<Change> setSecret(
            Tx tx, Caller caller, Scope scope, String name, Secret value) {
        ValueName.check(name, value.reveal(), true);
        return apply(tx, caller, scope, List.of(new Wish(name, value.reveal(), true)));
    }

    /// Removes values.
    ///
    /// @return empty when none of them was set
    /// @throws io.slipway.fault.Fault PERMISSION
    public Optional<Change> unset(Tx tx, Caller caller, Scope scope, List<String> names) {
        return apply(
                tx,
                caller,
                scope,
                names.stream().distinct().map(name -> new Wish(name, null, false)).toList());
    }

    /// @param value null: unset
    private record Wish(String name, @Nullable String value, boolean secret) {
        @Override
        public String toString() {
            return name;
        }
    }

    private Optional<Change> apply(Tx tx, Caller caller, Scope scope, List<Wish> wishes) {
        Project project = scope.project();
        Access.require(caller, Right.CONFIGURE, project);
        tx.one(LOCK, row -> row.number("id"), project.id());
        Map<String, StoredValue> present = present(tx, scope);
        List<Wish> changing =
                wishes.stream().filter(wish -> changes(wish, present.get(wish.name()))).toList();
        if (changing.isEmpty()) {
            return Optional.empty();
        }
        int version = new Configuration(key).version(tx, project.id()) + 1;
        changing.forEach(wish -> store(tx, caller, scope, wish, version));
        Change change = change(caller, scope, changing, version);
        changing.forEach(wish -> audit(tx, change, wish));
        tx.notify(CHANNEL, String.valueOf(project.id()));
        follower.changed(tx, change);
        return Optional.of(change);
    }

    private static Map<String, StoredValue> present(Tx tx, Scope scope) {
        String app = app(scope);
        return StoredValue.inForce(tx, scope.project().id(), Integer.MAX_VALUE).stream()
                .filter(value -> Objects.equals(value.place().app(), app))
                .collect(Collectors.toMap(value -> value.place().name(), Function.identity()));
    }

    private boolean changes(Wish wish, @Nullable StoredValue present) {
        if (present == null || wish.value() == null) {
            return present != null || wish.value() != null;
        }
        if (present.secret() && !wish.secret()) {
            throw ValueName.refused(
                    wish.name(),
                    "it is secret, and would become visible",
                    "set it with --secret, or unset it first");
        }
        return present.secret() != wish.secret() || !present.text(key).equals(wish.value());
    }

    private void store(Tx tx, Caller caller, Scope scope, Wish wish, int version) {
        Place place = new Place(scope.project().id(), app(scope), wish.name());
        String text = wish.value();
        byte[] bytes = text == null ? null : StoredValue.encode(key, place, text, wish.secret());
        new StoredValue(place, version, wish.secret(), bytes, Instant.EPOCH, null)
                .insert(tx, caller.principal().id());
    }

    private static Change change(Caller caller, Scope scope, List<Wish> changing, int version) {
        List<String> names = changing.stream().map(Wish::name).toList();
        String word = changing.getFirst().value() == null ? "unset " : "set ";
        return new Change(
                scope.project(),
                scope.app(),
                names,
                version,
                "config " + word + String.join(" ", names),
                caller);
    }

    private static void audit(Tx tx, Change change, Wish wish) {
        Map<String, Object> detail =
                Map.of(
                        "app", change.app() == null ? "" : change.app().text(),
                        "secret", wish.secret(),
                        "version", change.version());
        String action = wish.value() == null ? "config.unset" : "config.set";
        Audit.add(
                tx,
                change.caller(),
                new Audit.Entry(change.project().id(), action, wish.name(), detail));
    }

    private static @Nullable String app(Scope scope) {
        return scope.app() == null ? null : scope.app().text();
    }
}
