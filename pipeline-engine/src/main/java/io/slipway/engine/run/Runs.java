package io.slipway.engine.run;

import io.slipway.db.Json;
import io.slipway.db.Tx;
import io.slipway.engine.definition.Problem;
import io.slipway.engine.graph.Concurrency;
import io.slipway.engine.plan.Plan;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/// Starts runs, cancels them and tries them again. Each method is part of the caller's transaction.
public final class Runs {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// What a run says that a newer one replaced; the newer one's number follows.
    public static final String SUPERSEDED = "superseded by run ";

    /// Of the run `u`: the runs `o` that it waits for. Each claim asks it.
    public static final String IN_FRONT =
            """
            from runs o
            where o.project_id = u.project_id and o.concurrency_group = u.concurrency_group
                and o.concurrency_turn < u.concurrency_turn and o.state <> 'ended'
                and (o.state = 'finishing' or exists (
                    select 1 from jobs b
                    where b.run_id = o.id and b.state in ('queued', 'running')))
            """;

    /// What a new run is called.
    ///
    /// @param number in its project
    public record Created(long id, int number) {}

    /// Writes a run with its jobs and queues those that need nothing. A run whose definition has
    /// problems has failed at once, one that is skipped is, and one without jobs has succeeded;
    /// both still go through [RunEnd].
    ///
    /// @throws io.slipway.db.Conflict when the delivery has a run already (`runs_delivery_id_key`)
    public Created create(Tx tx, NewRun run) {
        Place place =
                tx.one(
                        """
                        update projects
                        set latest_run = latest_run + 1, concurrency_turn = concurrency_turn + 1
                        where id = ?
                        returning latest_run, concurrency_turn
                        """,
                        row -> new Place(row.integer("latest_run"), row.number("concurrency_turn")),
                        run.projectId());
        int number = place.number();
        long id = insert(tx, run, place);
        NewRun.Foreign foreign = run.source().foreign();
        if (foreign != null) {
            keep(tx, id, foreign);
        }
        if (run.plan().problems().isEmpty()) {
            Jobs.insert(tx, id, run.projectId(), run.plan().jobs());
        }
        Jobs.settle(tx, id, run.projectId());
        return new Created(id, number);
    }

    private record Place(int number, long turn) {}

    private static long insert(Tx tx, NewRun run, Place place) {
        Plan plan = run.plan();
        Concurrency concurrency = plan.concurrency();
        boolean wrong = !plan.problems().isEmpty();
        List<String> notes = new ArrayList<>(plan.notes());
        if (plan.notRolledOut() != null) {
            notes.add(plan.notRolledOut());
        }
        return tx.one(
                """
                insert into runs (project_id, number, delivery_id, trigger, cause, ref, commit,
                    subject, author, principal_id, definition, definition_sha256, problems, notes,
                    outcome, reason, concurrency_group, concurrency_policy, concurrency_turn,
                    source_trust)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                returning id
                """,
                row -> row.number("id"),
                run.projectId(),
                place.number(),
                run.start().delivery(),
                run.start().trigger(),
                run.start().cause(),
                run.source().ref(),
                run.source().commit().hex(),
                run.source().subject(),
                run.source().author(),
                run.start().principal(),
                run.definition(),
                run.definition() == null ? null : sha256(run.definition()),
                new Json(JSON.writeValueAsString(plan.problems())),
                new Json(JSON.writeValueAsString(notes)),
                wrong ? Outcome.FAILED : plan.skipped() != null ? Outcome.SKIPPED : null,
                wrong ? sentence(plan.problems()) : plan.skipped(),
                concurrency == null ? null : concurrency.group(),
                concurrency == null ? null : concurrency.policy(),
                place.turn(),
                run.source().foreign() == null ? "trusted" : "fork");
    }

    private static void keep(Tx tx, long id, NewRun.Foreign foreign) {
        NewRun.Author author = foreign.author();
        tx.update(
                """
                update runs
                set pull_request = ?, target_ref = ?, author_id = ?, author_login = ?, author_member = ?,
                    own_definition = ?, offered_definition = ?, approved_by = ?,
                    approved_commit = case when ? then commit end,
                    approved_definition = case when ? then definition_sha256 end
                where id = ?
                """,
                foreign.pullRequest(),
                foreign.target(),
                author == null ? null : author.id(),
                author == null ? "" : author.login(),
                author != null && author.member(),
                foreign.definition().own(),
                foreign.definition().offered(),
                foreign.agreedBy(),
                foreign.agreedBy() != null,
                foreign.agreedBy() != null,
                id);
    }

    private static String sentence(List<Problem> problems) {
        String more = problems.size() == 1 ? "" : ", and " + (problems.size() - 1) + " more";
        return problems.getFirst().text() + more;
    }

    /// Asks for the end of everything of the run that has not ended. What runs is stopped within 15
    /// s by whoever drives it.
    ///
    /// @param reason for people: `cancelled by anna`, `superseded by run 13`
    /// @return false when there was nothing to cancel
    public boolean cancel(Tx tx, long runId, String reason) {
        Jobs.hold(tx, runId);
        return end(tx, runId, null, reason, Reason.CANCELLED);
    }

    /// The same for one job of the run. What needs it is skipped.
    ///
    /// @return false when it has ended, or there is no such job
    public boolean cancelJob(Tx tx, long runId, String job, String reason) {
        Jobs.hold(tx, runId);
        return end(tx, runId, job, reason, Reason.CANCELLED);
    }

    /// Ends a run because a newer one takes its place. One that has begun to roll out goes on to
    /// its end.
    ///
    /// @param by number of the newer one
    /// @return false when there is nothing to end
    public boolean supersede(Tx tx, long runId, int by) {
        Jobs.hold(tx, runId);
        boolean rollsOut =
                tx.first(
                                """
                                select 1 from jobs
                                where run_id = ? and kind = 'rollout'
                                    and (state = 'running' or outcome = 'succeeded')
                                """,
                                row -> true,
                                runId)
                        .isPresent();
        return !rollsOut && end(tx, runId, null, SUPERSEDED + by, Reason.SUPERSEDED);
    }

    /// @param job name of the only one that is meant; null: all
    private static boolean end(
            Tx tx, long runId, @Nullable String job, String text, Reason reason) {
        int asked =
                tx.update(
                        """
                        with asked as (
                            select a.id
                            from attempts a
                            join jobs j on j.id = a.job_id
                            where j.run_id = ? and j.name = coalesce(?, j.name)
                                and a.state <> 'ended' and a.cancel_at is null
                                and not (? and j.kind = 'rollout' and a.state = 'running')
                            order by a.id
                            for update of a
                        )
                        update attempts a
                        set cancel_at = clock_timestamp(), cancel_reason = ?,
                            state = case when a.state = 'queued' then 'ended' else a.state end,
                            outcome = case when a.state = 'queued' then 'cancelled' end,
                            reason = case when a.state = 'queued' then ? end,
                            ended_at = case when a.state = 'queued' then clock_timestamp() end,
                            removed_at = case when a.state = 'queued' then clock_timestamp() end
                        from asked
                        where a.id = asked.id
                        """,
                        runId,
                        job,
                        reason == Reason.SUPERSEDED,
                        text,
                        reason);
        int ended =
                tx.update(
                        """
                        update jobs j
                        set state = 'ended', waits = null, waits_detail = null,
                            outcome = 'cancelled', reason = ?, summary = ?,
                            ended_at = clock_timestamp()
                        where j.run_id = ? and j.name = coalesce(?, j.name)
                            and (j.state = 'waiting' or j.state = 'queued')
                        """,
                        reason,
                        text,
                        runId,
                        job);
        if (asked + ended == 0) {
            return false;
        }
        Jobs.settle(tx, runId, projectOf(tx, runId));
        tx.notify("cancel", "");
        return true;
    }

    /// Tries the run again, as new attempts beside the old ones. Its success then ends the run as
    /// succeeded.
    ///
    /// @param onlyFailed the jobs that failed, errored or were cancelled, and what needed them;
    ///   otherwise every job that was not skipped when the run was planned
    /// @throws Fault CONFLICT while the run has not ended, or when there is nothing to try again
    public void retry(Tx tx, long runId, boolean onlyFailed) {
        Jobs.hold(tx, runId);
        int again =
                tx.update(
                        """
                        update jobs
                        set state = 'waiting', waits = 'needs', outcome = null, reason = null,
                            summary = null, ended_at = null, started_at = null
                        where run_id = ? and state = 'ended' and left_out is null
                            and (not ? or outcome in ('failed', 'errored', 'cancelled')
                                or reason = 'needs'
                                or runs_when <> 'success' and exists (
                                    select 1
                                    from job_needs n
                                    join jobs d on d.id = n.needs_id
                                    where n.job_id = jobs.id and (d.reason = 'needs'
                                        or d.outcome in ('failed', 'errored', 'cancelled'))))
                            and exists (
                                select 1 from runs where id = run_id and state = 'ended')
                        """,
                        runId,
                        onlyFailed);
        if (again == 0) {
            throw new Fault(
                    Fault.Kind.CONFLICT,
                    "cannot try the run again: it still runs, or nothing of it failed",
                    "wait for its end, or push a commit");
        }
        goesOn(tx, runId);
    }

    /// Tries one job of the run again, whatever came of it, as a new attempt beside the old one;
    /// and what needed it, directly or not, and has not succeeded.
    ///
    /// @throws Fault CONFLICT while the run has not ended, or when it has no such job that was not
    ///   left out when the run was planned
    public void retryJob(Tx tx, long runId, String job) {
        Jobs.hold(tx, runId);
        int again =
                tx.update(
                        """
                        with recursive again as (
                            select id from jobs
                            where run_id = ? and name = ? and left_out is null
                            union
                            select j.id
                            from again a
                            join job_needs n on n.needs_id = a.id
                            join jobs j on j.id = n.job_id
                            where j.left_out is null and j.outcome <> 'succeeded'
                        )
                        update jobs
                        set state = 'waiting', waits = 'needs', outcome = null, reason = null,
                            summary = null, ended_at = null, started_at = null
                        where id in (select id from again) and state = 'ended'
                            and exists (
                                select 1 from runs where id = run_id and state = 'ended')
                        """,
                        runId,
                        job);
        if (again == 0) {
            throw new Fault(
                    Fault.Kind.CONFLICT,
                    "cannot try " + job + " again: the run still runs, or has no such job",
                    "wait for the run's end, and see the names of its jobs");
        }
        goesOn(tx, runId);
    }

    private static void goesOn(Tx tx, long runId) {
        tx.update(
                """
                update runs
                set state = 'running', outcome = null, reason = null, ended_at = null,
                    reached_at = null, concurrency_turn = ?
                where id = ?
                """,
                tx.one(
                        """
                        update projects set concurrency_turn = concurrency_turn + 1
                        where id = (select project_id from runs where id = ?)
                        returning concurrency_turn
                        """,
                        row -> row.number("concurrency_turn"),
                        runId),
                runId);
        Jobs.settle(tx, runId, projectOf(tx, runId));
    }

    private static long projectOf(Tx tx, long runId) {
        return tx.one(
                "select project_id from runs where id = ?", row -> row.number("project_id"), runId);
    }

    /// By which a pipeline file is told from another.
    ///
    /// @return SHA-256 of its text
    public static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
