package io.slipway.engine.queue;

import io.slipway.engine.log.AttemptLog;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.StepRecord;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/// Steps as rows, written in the transactions that store the log: what a log says and what its
/// steps say is never apart, also after a kill. Each change asks for the state before it, so that a
/// mark that is read again changes nothing.
final class StepRows implements StepRecord {
    private final AttemptLog log;
    private final long attempt;
    private final long run;
    private final Consumer<Instant> began;

    /// @param began told of each begin
    StepRows(AttemptLog log, long attempt, long run, Consumer<Instant> began) {
        this.log = log;
        this.attempt = attempt;
        this.run = run;
        this.began = began;
    }

    @Override
    public void declare(List<String> names) {
        String[] all = names.toArray(String[]::new);
        log.alongside(
                tx -> {
                    tx.update(
                            """
                            insert into steps (attempt_id, position, name)
                            select ?, place - 1, name
                            from unnest(?) with ordinality as n (name, place)
                            on conflict do nothing
                            """,
                            attempt,
                            all);
                    tx.notify("run", Long.toString(run));
                });
    }

    @Override
    public void own(int position) {
        log.alongside(
                tx ->
                        tx.update(
                                """
                                update steps set own = true where attempt_id = ? and position = ?
                                """,
                                attempt,
                                position));
    }

    @Override
    public void begin(int position, Instant at) {
        log.freshLine();
        long line = log.nextLine();
        began.accept(at);
        log.alongside(
                tx -> {
                    tx.update(
                            """
                            update steps
                            set state = 'running', started_at = ?, first_line = ?
                            where attempt_id = ? and position = ? and state = 'waiting'
                            """,
                            at,
                            line,
                            attempt,
                            position);
                    tx.notify("run", Long.toString(run));
                });
    }

    @Override
    public void end(
            int position,
            Outcome outcome,
            @Nullable Integer exitCode,
            @Nullable String note,
            Instant at) {
        log.freshLine();
        long line = log.nextLine() - 1;
        log.alongside(
                tx -> {
                    tx.update(
                            """
                            update steps
                            set state = 'ended', outcome = ?, exit_code = ?, note = ?,
                                ended_at = ?, last_line = greatest(?, first_line - 1),
                                started_at = coalesce(started_at, ?),
                                first_line = coalesce(first_line, ?)
                            where attempt_id = ? and position = ? and state <> 'ended'
                            """,
                            outcome,
                            exitCode,
                            note,
                            at,
                            line,
                            at,
                            line + 1,
                            attempt,
                            position);
                    tx.notify("run", Long.toString(run));
                });
    }
}
