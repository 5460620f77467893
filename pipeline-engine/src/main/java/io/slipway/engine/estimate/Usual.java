package io.slipway.engine.estimate;

import io.slipway.db.Tx;

import java.time.Duration;
import java.util.List;

/// When a job or a step usually begins and how long it usually takes: what a trace is held beside.
///
/// @param job its name
/// @param step its name; empty: the job as a whole
/// @param begin since the run began, the median
/// @param took the median
public record Usual(String job, String step, Duration begin, Duration took) {
    /// Of the last 20 runs like this one that succeeded; of what fewer than three of them had
    /// nothing is usual.
    private static final String OF_RUN =
            """
            with o as materialized (
                select e.id, e.created_at
                from runs r
                join projects p on p.id = r.project_id
                cross join lateral (
                    select id, created_at
                    from runs
                    where project_id = r.project_id and outcome = 'succeeded' and id <> r.id
                      and trigger = r.trigger
                      and (ref = 'refs/heads/' || p.default_branch)
                        = (r.ref = 'refs/heads/' || p.default_branch)
                    order by number desc
                    limit 20) e
                where r.id = ?
            ), d as materialized (
                select o.id as run, o.created_at, d.id, d.name, d.latest_attempt, d.started_at, d.ended_at
                from o
                join jobs d on d.run_id = o.id
                where d.outcome = 'succeeded' and d.started_at is not null
            ), parts as (
                select run, name as job, '' as step, started_at - created_at as begin,
                    ended_at - started_at as took
                from d
                union all
                select d.run, d.name, s.name, s.started_at - d.created_at, s.ended_at - s.started_at
                from d
                join attempts a on a.job_id = d.id and a.number = d.latest_attempt
                join steps s on s.attempt_id = a.id
                where s.outcome = 'succeeded' and s.started_at is not null
            )
            select job, step,
                (extract(epoch from percentile_disc(0.5) within group (order by begin)) * 1000)::bigint as begin,
                (extract(epoch from percentile_disc(0.5) within group (order by took)) * 1000)::bigint as took
            from parts
            where took is not null
            group by job, step
            having count(distinct run) >= 3
            """;

    /// Of the jobs and steps of a run.
    public static List<Usual> of(Tx tx, long runId) {
        return tx.query(
                OF_RUN,
                row ->
                        new Usual(
                                row.text("job"),
                                row.text("step"),
                                Duration.ofMillis(row.number("begin")),
                                Duration.ofMillis(row.number("took"))),
                runId);
    }
}
