package io.slipway.engine.run;

import io.slipway.db.Tx;

/// The runners of the instance as rows: where attempts run, and how many at once.
public final class RunnerSlots {
    private RunnerSlots() {}

    /// Makes the runner known, or changes how much it takes. The first one made takes every check
    /// and image; rollouts go to the runner of their environment's target.
    ///
    /// @param kind `docker` or `kubernetes`
    /// @param slots checks and images at once, at least 1
    /// @return the row's id
    public static long register(Tx tx, String name, String kind, int slots) {
        return tx.one(
                """
                insert into runners (name, kind, slots) values (?, ?, ?)
                on conflict (name) do update set kind = excluded.kind, slots = excluded.slots
                returning id
                """,
                row -> row.number("id"),
                name,
                kind,
                slots);
    }
}
