package io.slipway.engine.access;

import io.slipway.db.Row;
import io.slipway.db.Tx;

import java.util.List;
import java.util.Optional;

/// The people and machines of this instance, as rows.
public final class Principals {
    /// The principal that Slipway itself acts as: credentials of jobs, schedules, clean-up.
    public static final String SLIPWAY = "slipway";

    private static final String ENSURE =
            "insert into principals (name, kind) values (?, ?) on conflict (name) do nothing";

    private static final String BY_NAME = "select id, name, kind from principals where name = ?";

    private static final String BY_ID = "select id, name, kind from principals where id = ?";

    private static final String ALL = "select id, name, kind from principals order by name";

    private static final String DISABLE =
            "update principals set disabled_at = now() where id = ? and disabled_at is null";

    private Principals() {}

    /// The principal of that name, made if it is not there.
    public static Principal ensure(Tx tx, String name, Principal.Kind kind) {
        tx.update(ENSURE, name, kind);
        return tx.one(BY_NAME, Principals::principal, name);
    }

    /// Makes a principal of a name that nobody has.
    ///
    /// @return empty: somebody has it
    public static Optional<Principal> create(Tx tx, String name, Principal.Kind kind) {
        return tx.update(ENSURE, name, kind) == 1 ? find(tx, name) : Optional.empty();
    }

    /// The principal of that id.
    public static Optional<Principal> find(Tx tx, long id) {
        return tx.first(BY_ID, Principals::principal, id);
    }

    /// The principal of that name.
    public static Optional<Principal> find(Tx tx, String name) {
        return tx.first(BY_NAME, Principals::principal, name);
    }

    /// Slipway itself.
    public static Principal slipway(Tx tx) {
        return ensure(tx, SLIPWAY, Principal.Kind.MACHINE);
    }

    /// All of them, by name.
    public static List<Principal> all(Tx tx) {
        return tx.query(ALL, Principals::principal);
    }

    /// Ends what this principal may; its tokens are worth nothing from now on.
    public static void disable(Tx tx, long id) {
        tx.update(DISABLE, id);
    }

    private static Principal principal(Row row) {
        return new Principal(
                row.number("id"), row.text("name"), row.choice("kind", Principal.Kind.class));
    }
}
