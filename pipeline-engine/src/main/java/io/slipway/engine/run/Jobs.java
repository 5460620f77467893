package io.slipway.engine.run;

import io.slipway.db.Tx;

import java.time.Duration;
import java.util.List;

/// The graph of a run's jobs: what is queued when, and what the end of one job means for the
/// others. Whoever changes jobs of a run holds the run's row first ([#hold]), so that two ends at
/// once see each other.
public final class Jobs {
    private Jobs() {}

    /// Holds the run until the transaction ends.
    public static void hold(Tx tx, long runId) {
        tx.query("select id from runs where id = ? for update", row -> row.number("id"), runId);
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
                         cross join lateral (
                             select a.turn
                             from attempts a
                             where a.runner_id = r.id and a.state = 'queued' and a.takes_slot
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

    /// The job is tried again by policy: its attempt ended errored and another one is queued.
    public static void again(Tx tx, Claim.Job job, Duration delay, int retries) {
        enqueue(tx, job.projectId(), List.of(job.id()), delay, retries);
        tx.notify("run", Long.toString(job.runId()));
    }

    /// The job has ended: what needs it is queued or ended, and the run finishes after its last
    /// job.
    public static void ended(Tx tx, Claim.Job job, Verdict verdict) {
        tx.update(
                """
                update jobs
                set state = 'ended', waits = null, waits_detail = null, outcome = ?, reason = ?,
                    summary = ?, ended_at = clock_timestamp()
                where id = ? and state <> 'ended'
                """,
                verdict.outcome(),
                verdict.reason(),
                verdict.summary(),
                job.id());
        settle(tx, job.runId(), job.projectId());
    }

    /// Follows the graph from what has ended: jobs whose needs did not pass end too, jobs whose
    /// needs have all passed are queued, and a run without an open job finishes.
    static void settle(Tx tx, long runId, long projectId) {
        tx.update(
                """
                with recursive stopped as (
                    select n.job_id as id, j.name as cause
                    from jobs j
                    join job_needs n on n.needs_id = j.id
                    where j.run_id = ? and j.state = 'ended'
                        and j.outcome not in ('succeeded', 'skipped')
                    union
                    select n.job_id, s.cause
                    from stopped s
                    join job_needs n on n.needs_id = s.id
                )
                update jobs j
                set state = 'ended', waits = null, waits_detail = null, outcome = 'skipped',
                    reason = 'needs', summary = s.cause || ' did not succeed',
                    ended_at = clock_timestamp()
                from (select id, min(cause) as cause from stopped group by id) s
                where j.id = s.id and j.state = 'waiting'
                """,
                runId);
        enqueue(tx, projectId, ready(tx, runId), Duration.ZERO, 0);
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
}
