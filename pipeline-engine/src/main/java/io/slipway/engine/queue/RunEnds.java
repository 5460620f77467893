package io.slipway.engine.queue;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunEnd;
import io.slipway.engine.run.RunHistory;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// Ends runs whose jobs have all ended: computes the outcome, lets what follows be done, and marks
/// them. A run that a server had in hand when it died is taken by another.
final class RunEnds {
    private static final Logger log = LoggerFactory.getLogger(RunEnds.class);

    private final Database database;
    private final UUID server;
    private final RunEnd runEnd;
    private final Set<Long> inHand = ConcurrentHashMap.newKeySet();

    RunEnds(Database database, UUID server, RunEnd runEnd) {
        this.database = database;
        this.server = server;
        this.runEnd = runEnd;
    }

    /// Frees what an earlier process of this server had in hand.
    void takeOver() {
        database.change(
                tx ->
                        tx.update(
                                """
                                update runs
                                set finishing_until = null
                                where state = 'finishing' and finishing_server = ?
                                """,
                                server));
    }

    /// Runs that this server ends now, with outcome and reason.
    List<Run> claim() {
        return database.transaction(
                tx -> {
                    List<Long> ids =
                            tx.query(
                                    """
                                    update runs
                                    set finishing_server = ?,
                                        finishing_until =
                                            clock_timestamp() + interval '20 seconds'
                                    where id in (
                                        select id
                                        from runs
                                        where state = 'finishing'
                                            and coalesce(finishing_until, '-infinity')
                                                < clock_timestamp()
                                        order by id
                                        limit 16
                                        for update skip locked)
                                    returning id
                                    """,
                                    row -> row.number("id"),
                                    server);
                    return ids.stream().map(id -> judged(tx, id)).toList();
                });
    }

    private static final String REACHED =
            """
            update runs
            set finishing_server = ?, finishing_until = clock_timestamp() + interval '20 seconds'
            where id in (
                select u.id
                from runs u
                where u.state = 'running' and u.reached_at is null
                    and coalesce(u.finishing_until, '-infinity') < clock_timestamp()
                    and u.id in (select run_id from jobs where waits = 'approval')
                    and not exists (
                        select 1 from jobs b
                        where b.run_id = u.id and b.state in ('queued', 'running'))
                order by u.id
                limit 16
                for update skip locked)
            returning id
            """;

    /// Runs of which nothing is left but what waits for a person: for this server to tell.
    List<Run> reached() {
        return database.transaction(
                tx ->
                        tx.query(REACHED, row -> row.number("id"), server).stream()
                                .map(id -> RunHistory.byId(tx, id).orElseThrow())
                                .toList());
    }

    /// Does what follows when a run waits for a person. On a fault it is tried again soon.
    void reached(Run run) {
        try {
            List<Part> ended =
                    database.read(
                            tx ->
                                    tx.query(
                                            """
                                            select name, outcome, reason, summary
                                            from jobs where run_id = ? and state = 'ended'
                                            order by position
                                            """,
                                            Part::of,
                                            run.id()));
            runEnd.waitsForSomebody(run, reason(ended, outcome(ended)));
        } catch (RuntimeException e) {
            log.warn("what follows run {} of {} failed", run.number(), run.project(), e);
            return;
        }
        database.change(tx -> done(tx, run, WAITS));
    }

    private record Part(String name, Outcome outcome, String reason, String summary) {
        static Part of(Row row) {
            String summary = row.textOrNull("summary");
            return new Part(
                    row.text("name"),
                    row.choice("outcome", Outcome.class),
                    String.valueOf(row.textOrNull("reason")),
                    summary == null ? "" : summary);
        }
    }

    /// Who may not push does not say that there is nothing to check.
    private static final String NOTHING_OF_ITS_OWN =
            """
            update runs
            set outcome = 'failed',
                reason = 'nothing ran: the pull request''s own pipeline file leaves everything out'
            where id = ? and own_definition and outcome in ('succeeded', 'skipped')
            """;

    private static Run judged(Tx tx, long id) {
        List<Part> parts =
                tx.query(
                        """
                        select name, outcome, reason, summary from jobs where run_id = ? order by position
                        """,
                        Part::of,
                        id);
        Outcome outcome = outcome(parts);
        boolean nothing = parts.stream().noneMatch(p -> p.outcome() == Outcome.SUCCEEDED);
        tx.update(
                "update runs set outcome = ?, reason = ? where id = ? and outcome is null",
                outcome,
                reason(parts, outcome),
                id);
        if (nothing) {
            tx.update(NOTHING_OF_ITS_OWN, id);
        }
        return RunHistory.byId(tx, id).orElseThrow();
    }

    /// What was skipped counts as passed; a run without jobs has nothing that could fail.
    private static Outcome outcome(List<Part> parts) {
        Outcome worst = Outcome.worst(parts.stream().map(Part::outcome).toList());
        boolean succeeded =
                parts.isEmpty() || parts.stream().anyMatch(p -> p.outcome() == Outcome.SUCCEEDED);
        return worst == Outcome.SKIPPED && succeeded ? Outcome.SUCCEEDED : worst;
    }

    private static @Nullable String reason(List<Part> parts, Outcome outcome) {
        if (outcome.passed()) {
            return null;
        }
        Part part = parts.stream().filter(p -> p.outcome() == outcome).findFirst().orElseThrow();
        if (part.reason().equals("superseded")) {
            return part.summary();
        }
        String verb =
                switch (outcome) {
                    case FAILED -> " failed";
                    case ERRORED -> " errored";
                    case CANCELLED -> " was cancelled";
                    case SUCCEEDED, SKIPPED -> "";
                };
        return part.name() + verb + (part.summary().isEmpty() ? "" : ": " + part.summary());
    }

    /// Does what follows and marks the run as ended. On a fault it is tried again soon. A run that
    /// is claimed again while that takes long is in hand already.
    void end(Run run) {
        if (!inHand.add(run.id())) {
            return;
        }
        try {
            if (hasFollowed(run)) {
                database.change(tx -> done(tx, run, ENDED));
            }
        } finally {
            inHand.remove(run.id());
        }
    }

    private boolean hasFollowed(Run run) {
        try {
            runEnd.ended(run);
            return true;
        } catch (RuntimeException e) {
            log.warn("what follows run {} of {} failed", run.number(), run.project(), e);
            later(run);
            return false;
        }
    }

    /// Of the run `d`, which is out of the way now: what is held back of the next one in its line
    /// is looked at again. That it may begin is for the claim to say.
    private static final String NEXT =
            """
            ), again as (
                update attempts set held = false
                where id = any (array(
                    select a.id
                    from done d
                    cross join lateral (
                        select n.id
                        from runs n
                        where n.project_id = d.project_id
                            and n.concurrency_group = d.concurrency_group
                            and n.state <> 'ended' and n.id <> d.id
                            and exists (
                                select 1 from jobs b where b.run_id = n.id and b.state = 'queued')
                        order by n.concurrency_turn
                        limit 1) n
                    join jobs j on j.run_id = n.id and j.state = 'queued'
                    join attempts a on a.job_id = j.id and a.number = j.latest_attempt
                    where a.state = 'queued' and a.held
                    for update of a skip locked))
                returning id
            )
            select exists (select 1 from again) as next
            """;

    private static final String WAITS =
            """
            with done as (
                update runs set reached_at = clock_timestamp(), finishing_until = null
                where id = ? and finishing_server = ? and reached_at is null
                returning id, project_id, concurrency_group
            """
                    + NEXT;

    private static final String ENDED =
            """
            with done as (
                update runs
                set state = 'ended', ended_at = clock_timestamp(), finishing_until = null
                where id = ? and finishing_server = ? and state = 'finishing'
                returning id, project_id, concurrency_group
            """
                    + NEXT;

    private void done(Tx tx, Run run, String statement) {
        if (tx.one(statement, row -> row.flag("next"), run.id(), server)) {
            tx.notify("queue", "");
        }
        tx.notify("run", Long.toString(run.id()));
    }

    private void later(Run run) {
        database.change(
                tx ->
                        tx.update(
                                """
                                update runs
                                set finishing_until = clock_timestamp() + interval '2 seconds'
                                where id = ? and state = 'finishing' and finishing_server = ?
                                """,
                                run.id(),
                                server));
    }
}
