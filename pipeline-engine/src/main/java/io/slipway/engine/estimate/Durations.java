package io.slipway.engine.estimate;

import io.slipway.db.Tx;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// How long jobs and runs took lately. Only what succeeded teaches, on the default branch or on all
/// others: what runs there often differs.
public final class Durations {
    private static final String OF_JOBS =
            """
            select j.id as job, (extract(epoch from e.ended_at - e.started_at) * 1000)::bigint as took
            from jobs j
            join runs r on r.id = j.run_id
            join projects p on p.id = r.project_id
            cross join lateral (
                select d.started_at, d.ended_at
                from jobs d
                join runs o on o.id = d.run_id
                where d.project_id = j.project_id and d.name = j.name and d.outcome = 'succeeded'
                  and d.started_at is not null and d.run_id <> r.id
                  and (o.ref = 'refs/heads/' || p.default_branch)
                    = (r.ref = 'refs/heads/' || p.default_branch)
                order by d.id desc
                limit 20) e
            where r.id = ?
            """;

    private static final String OF_RUNS =
            """
            select (extract(epoch from o.ended_at - o.created_at) * 1000)::bigint as took
            from runs r
            join projects p on p.id = r.project_id
            cross join lateral (
                select created_at, ended_at
                from runs
                where project_id = r.project_id and outcome = 'succeeded' and ended_at is not null
                  and id <> r.id and trigger = r.trigger
                  and (ref = 'refs/heads/' || p.default_branch)
                    = (r.ref = 'refs/heads/' || p.default_branch)
                order by number desc
                limit 20) o
            where r.id = ?
            """;

    private Durations() {}

    private record Took(long job, Duration time) {}

    /// By the job's id, in rising order; jobs of which none ended well before are left out.
    public static Map<Long, List<Duration>> ofJobs(Tx tx, long runId) {
        return tx
                .query(
                        OF_JOBS,
                        row -> new Took(row.number("job"), Duration.ofMillis(row.number("took"))),
                        runId)
                .stream()
                .collect(
                        Collectors.groupingBy(
                                Took::job,
                                Collectors.collectingAndThen(
                                        Collectors.mapping(Took::time, Collectors.toList()),
                                        times -> times.stream().sorted().toList())));
    }

    /// Of runs like this one, in rising order.
    public static List<Duration> ofRuns(Tx tx, long runId) {
        return tx.query(OF_RUNS, row -> Duration.ofMillis(row.number("took")), runId).stream()
                .sorted()
                .toList();
    }
}
