package io.slipway.web.failure;

import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.web.api.TerminalLine;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;

import java.util.Arrays;
import java.util.List;

/// What the rows of attempts say about failures.
final class FailureRows {
    private static final JsonMapper JSON = JsonMapper.shared();

    /// The last lines of a check, or of an image's build.
    private static final String LINES =
            """
            coalesce(a.evidence -> 'lastLines',
                to_jsonb(string_to_array(a.evidence ->> 'output', chr(10))), '[]') as lines
            """;

    /// A run of a job is flaky where an attempt failed and one of the same commit passed, in that
    /// run or in another.
    private static final String OF_RUN =
            """
            with m as materialized (
                select j.name, j.position, r.id as run, r.project_id, r.commit,
            """
                    + LINES
                    + """
                        from jobs j
                        join runs r on r.id = j.run_id
                        left join attempts a on a.job_id = j.id and a.number = j.latest_attempt
                        where j.run_id = ? and j.outcome in ('failed', 'errored')
                    )
                    select m.name as job, m.lines, h.runs, h.failed, h.flaky, p.number as passed_in
                    from m
                    cross join lateral (
                        select count(*) as runs, count(*) filter (where l.failed) as failed,
                            count(*) filter (where l.failed and l.passed) as flaky
                        from (
                            select exists (
                                    select from attempts b where b.job_id = d.id and b.outcome = 'failed') as failed,
                                exists (
                                    select from runs s
                                    join jobs k on k.run_id = s.id and k.name = m.name
                                    join attempts b on b.job_id = k.id
                                    where s.project_id = m.project_id and s.commit = o.commit
                                      and b.outcome = 'succeeded') as passed
                            from runs o
                            join jobs d on d.run_id = o.id and d.name = m.name
                            where o.project_id = m.project_id and d.outcome in ('succeeded', 'failed', 'errored')
                            order by o.number desc
                            limit 40) l) h
                    left join lateral (
                        select s.number
                        from runs s
                        join jobs k on k.run_id = s.id and k.name = m.name
                        where s.project_id = m.project_id and s.commit = m.commit and s.id <> m.run
                          and k.outcome = 'succeeded'
                        order by s.number desc
                        limit 1) p on true
                    order by m.position
                    """;

    private static final String LATELY =
            """
            select p.name as project, r.number as run, j.name as job,
            """
                    + LINES
                    + """
                    from attempts a
                    join jobs j on j.id = a.job_id
                    join runs r on r.id = j.run_id
                    join projects p on p.id = r.project_id
                    where a.outcome = 'failed' and a.project_id = any(?::bigint[]) and r.id <> ?
                    order by a.id desc
                    limit 200
                    """;

    private FailureRows() {}

    /// A job of a run that failed.
    ///
    /// @param lines what it printed last
    /// @param runs of its project's last 40 in which it came to an end
    /// @param failed how many of them had an attempt that failed
    /// @param flaky how many of those passed as well, with the same commit
    /// @param passedIn another run in which it passed with the same commit
    record OfJob(
            String job,
            List<String> lines,
            int runs,
            int failed,
            int flaky,
            @Nullable Integer passedIn) {}

    /// An attempt that failed lately.
    record Elsewhere(String project, int run, String job, List<String> lines) {}

    static List<OfJob> ofRun(Tx tx, long runId) {
        return tx.query(
                OF_RUN,
                row ->
                        new OfJob(
                                row.text("job"),
                                lines(row),
                                (int) row.number("runs"),
                                (int) row.number("failed"),
                                (int) row.number("flaky"),
                                row.integerOrNull("passed_in")),
                runId);
    }

    /// The newest first, 200 at most.
    ///
    /// @param projects where it is looked
    /// @param runId of the run that is left out
    static List<Elsewhere> lately(Tx tx, Long[] projects, long runId) {
        return tx.query(
                LATELY,
                row ->
                        new Elsewhere(
                                row.text("project"),
                                row.integer("run"),
                                row.text("job"),
                                lines(row)),
                projects,
                runId);
    }

    private static List<String> lines(Row row) {
        return Arrays.stream(JSON.readValue(row.json("lines"), String[].class))
                .map(TerminalLine::plain)
                .toList();
    }
}
