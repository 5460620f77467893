package io.slipway.engine.run;

import io.slipway.db.Json;
import io.slipway.db.Tx;
import io.slipway.engine.asking.Asking;
import io.slipway.engine.plan.ImageSpec;
import io.slipway.engine.plan.JobSpec;
import io.slipway.engine.plan.JobSpecs;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The graph of a run's jobs: what is queued when, and what the end of one job means for the
/// others. Whoever changes jobs of a run holds the run's row first ([#hold]), so that two ends at
/// once see each other.
public final class Jobs {
    private Jobs() {}

    /// Holds the run until the transaction ends. Whoever holds attempts of it as well holds the run
    /// first, and attempts in the order of their ids. What only refers to the run waits for nobody.
    public static void hold(Tx tx, long runId) {
        tx.query(
                "select id from runs where id = ? for no key update",
                row -> row.number("id"),
                runId);
    }

    /// Queues a new attempt of each of these jobs, all of one project. Projects take turns: each
    /// attempt's turn follows the project's last one and the head of the queue, so that a project
    /// with thousands of jobs does not hold up another's first.
    ///
    /// @param delay not claimed before this has passed
    /// @param retries how many errored attempts before each led here by policy
    static void enqueue(Tx tx, long projectId, List<Long> jobs, Duration delay, int retries) {
        if (jobs.isEmpty()) {
            return;
        }
        Long[] ids = jobs.toArray(Long[]::new);
        tx.update(
                """
                with last as (
                    update projects set turn = ? + greatest(turn, coalesce(
                        (select min(head.turn)
                         from runners r
                         cross join (values (false), (true)) h (held)
                         cross join lateral (
                             select a.turn
                             from attempts a
                             where a.runner_id = r.id and a.held = h.held
                                 and a.state = 'queued' and a.takes_slot
                             order by a.turn
                             limit 1) head),
                        (select max(a.turn) from attempts a),
                        0))
                    where id = ?
                    returning turn
                )
                insert into attempts
                    (job_id, project_id, number, runner_id, takes_slot, turn, not_before, retries)
                select j.id, j.project_id, j.latest_attempt + 1,
                    coalesce(
                        (select t.runner_id
                         from environment_targets e
                         join targets t on t.id = e.target_id
                         where (e.project_id = j.project_id or e.project_id is null)
                             and (e.environment = j.environment or e.environment is null)
                             and j.kind = 'rollout'
                         order by e.project_id nulls last, e.environment nulls last
                         limit 1),
                        (select min(id) from runners)),
                    j.kind <> 'rollout',
                    last.turn - ? + o.place,
                    clock_timestamp() + ? * interval '1 millisecond',
                    ?
                from unnest(?) with ordinality as o (id, place)
                join jobs j on j.id = o.id
                cross join last
                """,
                ids.length,
                projectId,
                ids.length,
                delay.toMillis(),
                retries,
                ids);
        tx.update(
                """
                update jobs
                set state = 'queued', waits = null, waits_detail = null,
                    latest_attempt = latest_attempt + 1, queued_at = clock_timestamp(),
                    started_at = null, ended_at = null, outcome = null, reason = null,
                    summary = null
                where id = any (?)
                """,
                (Object) ids);
        tx.notify("queue", "");
    }

    private static final String OF_PROJECT =
            """
            update attempts set held = false
            where id = any (array(
                select id from attempts
                where project_id = ? and state = 'queued' and held
                for update skip locked))
            """;

    private static final String OF_RUN =
            """
            update attempts set held = false
            where id = any (array(
                select a.id
                from jobs j
                join attempts a on a.job_id = j.id
                where j.run_id = ? and a.state = 'queued' and a.held
                for update of a skip locked))
            """;

    /// Something has changed that may let the project's jobs begin: the next claim looks at those
    /// that were held back. What is missed here is found a little later all the same.
    public static void lookAgain(Tx tx, long projectId) {
        tx.update(OF_PROJECT, projectId);
        tx.notify("queue", "");
    }

    /// The same for the jobs of one run.
    public static void lookAgainAtRun(Tx tx, long runId) {
        tx.update(OF_RUN, runId);
        tx.notify("queue", "");
    }

    /// The job is tried again by policy: its attempt ended errored and another one is queued.
    public static void again(Tx tx, Claim.Job job, Duration delay, int retries) {
        enqueue(tx, job.projectId(), List.of(job.id()), delay, retries);
        tx.notify("run", Long.toString(job.runId()));
    }

    /// Follows the graph from what has ended: jobs whose needs did not end as they ask for end too,
    /// jobs whose needs did are queued, and a run without an open job finishes. Part of a
    /// transaction that holds the run.
    public static void settle(Tx tx, long runId, long projectId) {
        do {
            skipAfterFailure(tx, runId);
        } while (skipWithoutFailure(tx, runId) > 0);
        List<Long> ready = new ArrayList<>(ready(tx, runId));
        ready.removeAll(Asking.ask(tx, ready));
        enqueue(tx, projectId, ready, Duration.ZERO, 0);
        int finished =
                tx.update(
                        """
                        update runs
                        set state = 'finishing', finishing_until = null
                        where id = ? and state = 'running' and not exists (
                            select 1 from jobs where run_id = runs.id and state <> 'ended')
                        """,
                        runId);
        if (finished > 0) {
            tx.notify("finishing", "");
        }
        tx.notify("run", Long.toString(runId));
    }

    /// Of jobs that want success, those that need one that did not pass, directly or by way of
    /// others that are skipped for that.
    private static void skipAfterFailure(Tx tx, long runId) {
        tx.update(
                """
                with recursive stopped as (
                    select n.job_id as id, d.name || ', which ' || case d.outcome
                        when 'failed' then 'failed' when 'errored' then 'errored'
                        when 'cancelled' then 'was cancelled' else 'was skipped' end as cause
                    from jobs d
                    join job_needs n on n.needs_id = d.id
                    join jobs j on j.id = n.job_id
                    where d.run_id = ? and d.state = 'ended' and j.runs_when = 'success'
                        and (d.outcome not in ('succeeded', 'skipped') or d.reason = 'needs')
                    union
                    select n.job_id, s.cause
                    from stopped s
                    join job_needs n on n.needs_id = s.id
                    join jobs j on j.id = n.job_id
                    where j.runs_when = 'success'
                )
                update jobs j
                set state = 'ended', waits = null, waits_detail = null, outcome = 'skipped',
                    reason = 'needs', summary = 'needs ' || s.cause,
                    ended_at = clock_timestamp()
                from (select id, min(cause) as cause from stopped group by id) s
                where j.id = s.id and j.state = 'waiting'
                """,
                runId);
    }

    /// Of jobs that want a failure, those whose needs have all ended and passed.
    private static int skipWithoutFailure(Tx tx, long runId) {
        return tx.update(
                """
                update jobs j
                set state = 'ended', waits = null, waits_detail = null, outcome = 'skipped',
                    reason = 'condition', summary = 'nothing that it needs has failed',
                    ended_at = clock_timestamp()
                where j.run_id = ? and j.state = 'waiting' and j.runs_when = 'failure'
                    and not exists (
                        select 1
                        from job_needs n
                        join jobs d on d.id = n.needs_id
                        where n.job_id = j.id and (d.state <> 'ended'
                            or d.outcome not in ('succeeded', 'skipped') or d.reason = 'needs'))
                """,
                runId);
    }

    private static List<Long> ready(Tx tx, long runId) {
        return tx.query(
                """
                select j.id
                from jobs j
                where j.run_id = ? and j.state = 'waiting' and j.waits = 'needs' and not exists (
                    select 1
                    from job_needs n
                    join jobs d on d.id = n.needs_id
                    where n.job_id = j.id and d.state <> 'ended')
                order by j.position
                """,
                row -> row.number("id"),
                runId);
    }

    /// Writes the graph as it was planned.
    static void insert(Tx tx, long runId, long projectId, List<PlannedJob> jobs) {
        Map<String, Long> ids = new HashMap<>();
        int position = 0;
        for (PlannedJob job : jobs) {
            ids.put(job.name(), insert(tx, runId, projectId, job, position++, null));
        }
        needs(tx, ids, jobs);
    }

    /// Adds the jobs that a job has generated, in place of those that an earlier attempt of it
    /// added. They need it, and what needs it needs them. Part of a transaction that holds the run.
    ///
    /// @param jobs whose names no other job of the run has
    public static void generated(Tx tx, Claim.Job generator, List<PlannedJob> jobs) {
        Map<String, Long> before = generatedBy(tx, generator.id());
        int position =
                tx.one(
                        "select max(position) as position from jobs where run_id = ?",
                        row -> row.integer("position"),
                        generator.runId());
        Map<String, Long> ids = new LinkedHashMap<>();
        for (PlannedJob job : jobs) {
            Long known = before.remove(job.name());
            if (known == null) {
                position++;
                long id =
                        insert(
                                tx,
                                generator.runId(),
                                generator.projectId(),
                                job,
                                position,
                                generator.id());
                ids.put(job.name(), id);
            } else {
                replace(tx, known, job);
                ids.put(job.name(), known);
            }
        }
        leaveOut(tx, before.values().toArray(Long[]::new), "no longer generated");
        Long[] all = ids.values().toArray(Long[]::new);
        tx.update("delete from job_needs where job_id = any (?)", (Object) all);
        needs(tx, ids, jobs);
        tie(tx, generator.id(), all);
    }

    private static Map<String, Long> generatedBy(Tx tx, long generator) {
        record Named(String name, long id) {}
        Map<String, Long> ids = new HashMap<>();
        tx.query(
                        "select id, name from jobs where generated_by = ?",
                        row -> new Named(row.text("name"), row.number("id")),
                        generator)
                .forEach(one -> ids.put(one.name(), one.id()));
        return ids;
    }

    private static void replace(Tx tx, long id, PlannedJob job) {
        tx.update(
                """
                update jobs
                set spec = ?, runs_when = ?, left_out = null, state = 'waiting', waits = 'needs',
                    outcome = null, reason = null, summary = null, started_at = null,
                    ended_at = null
                where id = ? and state in ('waiting', 'ended')
                """,
                new Json(JobSpecs.write(job.spec())),
                job.when().outcome(),
                id);
        String skipped = job.when().skipped();
        if (skipped != null) {
            leaveOut(tx, new Long[] {id}, skipped);
        }
    }

    private static void leaveOut(Tx tx, Long[] ids, String why) {
        tx.update(
                """
                update jobs
                set left_out = ?, state = 'ended', waits = null, waits_detail = null,
                    outcome = 'skipped', reason = 'condition', summary = ?,
                    ended_at = clock_timestamp()
                where id = any (?) and state in ('waiting', 'ended')
                """,
                why,
                why,
                ids);
    }

    /// The generated jobs need their generator, so that they wait for it when it is tried again.
    private static void tie(Tx tx, long generator, Long[] generated) {
        tx.update(
                """
                insert into job_needs (job_id, needs_id)
                select g.id, ?
                from unnest(?) as g (id)
                union all
                select n.job_id, g.id
                from job_needs n
                cross join unnest(?) as g (id)
                where n.needs_id = ? and n.job_id <> all (?)
                on conflict do nothing
                """,
                generator,
                generated,
                generated,
                generator,
                generated);
    }

    private static void needs(Tx tx, Map<String, Long> ids, List<PlannedJob> jobs) {
        List<@Nullable Object[]> needs = new ArrayList<>();
        for (PlannedJob job : jobs) {
            for (String need : job.needs()) {
                needs.add(new Object[] {ids.get(job.name()), known(ids, job, need)});
            }
        }
        if (!needs.isEmpty()) {
            tx.updateAll("insert into job_needs (job_id, needs_id) values (?, ?)", needs);
        }
    }

    private static long known(Map<String, Long> ids, PlannedJob job, String need) {
        Long id = ids.get(need);
        if (id == null) {
            throw new Fault(
                    Fault.Kind.INTERNAL,
                    "cannot start the run: " + job.name() + " needs " + need + ", which is no job",
                    "report this with the pipeline file");
        }
        return id;
    }

    private static long insert(
            Tx tx,
            long runId,
            long projectId,
            PlannedJob job,
            int position,
            @Nullable Long generator) {
        JobSpec spec = job.spec();
        String skipped = job.when().skipped();
        return tx.one(
                """
                insert into jobs (run_id, project_id, position, name, kind, app, environment, spec,
                    runs_when, left_out, state, waits, outcome, reason, summary, ended_at,
                    generated_by, asks_approval)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
                    case when ? then clock_timestamp() end, ?, ?)
                returning id
                """,
                row -> row.number("id"),
                runId,
                projectId,
                position,
                job.name(),
                JobKind.of(spec),
                switch (spec) {
                    case ImageSpec image -> image.app();
                    case RolloutSpec rollout -> rollout.app().name();
                    default -> null;
                },
                spec instanceof RolloutSpec rollout ? rollout.environment() : null,
                new Json(JobSpecs.write(spec)),
                job.when().outcome(),
                skipped,
                skipped == null ? JobState.WAITING : JobState.ENDED,
                skipped == null ? "needs" : null,
                skipped == null ? null : Outcome.SKIPPED,
                skipped == null ? null : Reason.CONDITION,
                skipped,
                skipped != null,
                generator,
                spec instanceof RolloutSpec rollout && Asking.asks(tx, projectId, rollout));
    }
}
