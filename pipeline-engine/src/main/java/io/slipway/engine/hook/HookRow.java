package io.slipway.engine.hook;

import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.release.Rollout;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A hook of a rollout, as a row: written before its container is made, and again before it is
/// started, so that whoever goes on knows whether it may have run.
///
/// @param container the name with which its container is made
/// @param logFrom where the attempt's log stood, in bytes of its source, when the hook began
/// @param end null until it has ended
record HookRow(String container, State state, long logFrom, @Nullable End end) {
    private static final String MAKE =
            """
            insert into rollout_hooks (rollout_id, position, script, container, log_from)
            values (?, ?, ?, ?, ?)
            on conflict (rollout_id, position) do nothing
            """;

    private static final String ONE =
            """
            select container, state, log_from, exit_code, out_of_memory, last_lines from rollout_hooks
            where rollout_id = ? and position = ?
            """;

    private static final String START =
            """
            update rollout_hooks set state = 'started', started_at = clock_timestamp()
            where container = ? and state = 'made'
            """;

    private static final String END =
            """
            update rollout_hooks
            set state = 'ended', exit_code = ?, out_of_memory = ?, last_lines = ?,
                ended_at = clock_timestamp()
            where container = ? and state = 'started'
            """;

    private static final String OF_ROLLOUT =
            "select container from rollout_hooks where rollout_id = ? order by position";

    private static final String OPEN =
            """
            select h.container from rollout_hooks h join rollouts o on o.id = h.rollout_id
            where o.state <> 'ended'
            """;

    /// How far a hook has come.
    enum State {
        /// Its container is made, or will be; it has not run.
        MADE,
        /// It is started, or will be; without its container nobody can tell whether it ran.
        STARTED,
        /// It has ended by itself.
        ENDED
    }

    /// How a hook has ended by itself.
    ///
    /// @param lastLines what it printed last, masked, one below the other
    record End(int exitCode, boolean outOfMemory, String lastLines) {}

    /// The row, made when there is none.
    static HookRow of(Tx tx, Rollout rollout, int position, String script, HookRow fresh) {
        tx.update(MAKE, rollout.id(), position, script, fresh.container(), fresh.logFrom());
        return tx.one(ONE, HookRow::from, rollout.id(), position);
    }

    static HookRow fresh(String container, long logFrom) {
        return new HookRow(container, State.MADE, logFrom, null);
    }

    private static HookRow from(Row row) {
        Integer code = row.integerOrNull("exit_code");
        return new HookRow(
                row.text("container"),
                row.choice("state", State.class),
                row.number("log_from"),
                code == null
                        ? null
                        : new End(code, row.flag("out_of_memory"), row.text("last_lines")));
    }

    void started(Tx tx) {
        tx.update(START, container);
    }

    void ended(Tx tx, End how) {
        tx.update(END, how.exitCode(), how.outOfMemory(), how.lastLines(), container);
    }

    /// Containers of a rollout's hooks.
    static List<String> containers(Tx tx, long rolloutId) {
        return tx.query(OF_ROLLOUT, row -> row.text("container"), rolloutId);
    }

    /// Containers of the hooks of rollouts that are not over.
    static List<String> open(Tx tx) {
        return tx.query(OPEN, row -> row.text("container"));
    }
}
