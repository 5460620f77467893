package io.slipway.web.live;

import io.slipway.db.Tx;

/// Short texts that differ whenever what is shown differs. Comparing them is how a stream finds
/// changes; a notification only makes it look earlier.
final class Fingerprints {
    private static final String PROJECTS =
            """
            select coalesce(md5(string_agg(
                row(p.id, p.latest_run, r.state, r.outcome,
                    (select string_agg(
                        row(a.app, a.environment, a.live_release, a.trouble)::text,
                        ';' order by a.id)
                     from placements a where a.project_id = p.id),
                    (select string_agg(row(o.number, o.state, o.outcome)::text, ';')
                     from (select number, state, outcome from rollouts
                           where project_id = p.id order by number desc limit 10) o))::text,
                ';' order by p.id)), '') as print
            from projects p
            left join runs r on r.project_id = p.id and r.number = p.latest_run
            where p.id = any(?)
            """;

    private static final String PROJECT =
            """
            select md5(row(p.latest_run, p.default_branch,
                (select string_agg(row(r.number, r.state, r.outcome)::text, ';')
                 from (select number, state, outcome from runs
                       where project_id = p.id order by number desc limit 50) r),
                (select string_agg(
                    row(a.app, a.environment, a.live_release, a.trouble)::text, ';' order by a.id)
                 from placements a where a.project_id = p.id),
                (select string_agg(row(o.number, o.state, o.outcome)::text, ';')
                 from (select number, state, outcome from rollouts
                       where project_id = p.id order by number desc limit 20) o))::text) as print
            from projects p
            where p.id = ?
            """;

    private static final String RUN =
            """
            select md5(row(r.state, r.outcome, r.reason,
                (select string_agg(
                    row(j.state, j.waits, j.waits_detail, j.outcome, j.summary,
                        j.latest_attempt, j.started_at)::text, ';' order by j.id)
                 from jobs j where j.run_id = r.id),
                (select string_agg(
                    row(s.attempt_id, s.position, s.state, s.outcome, s.note)::text,
                    ';' order by s.attempt_id, s.position)
                 from steps s
                 join attempts a on a.id = s.attempt_id
                 join jobs j on j.id = a.job_id
                 where j.run_id = r.id))::text) as print
            from runs r
            where r.id = ?
            """;

    private Fingerprints() {}

    static String ofProjects(Tx tx, Long[] ids) {
        return tx.one(PROJECTS, row -> row.text("print"), (Object) ids);
    }

    static String ofProject(Tx tx, long id) {
        return tx.first(PROJECT, row -> row.text("print"), id).orElse("");
    }

    static String ofRun(Tx tx, long id) {
        return tx.first(RUN, row -> row.text("print"), id).orElse("");
    }
}
