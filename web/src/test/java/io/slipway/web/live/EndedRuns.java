package io.slipway.web.live;

import io.slipway.db.Database;
import io.slipway.db.Json;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;

import tools.jackson.databind.json.JsonMapper;

import java.util.List;
import java.util.Map;

/// Rows of runs that have ended, each of one job `test` with one step `verify`.
final class EndedRuns {
    private static final String RUN =
            """
            with run as (
                insert into runs (project_id, number, trigger, ref, commit, author, state, outcome, created_at, ended_at)
                values (?, ?, 'push', 'refs/heads/main', repeat(?, 40), ?, 'ended', ?,
                    timestamptz '2026-01-01 12:00Z', timestamptz '2026-01-01 12:10Z')
                returning id, project_id, outcome, created_at
            )
            insert into jobs (run_id, project_id, position, name, kind, spec, state, outcome, started_at, ended_at)
            select id, project_id, 1, 'test', 'check', '{}', 'ended', outcome, created_at + ? * interval '1 second',
                created_at + ? * interval '1 second'
            from run
            returning id
            """;

    private static final String ATTEMPT =
            """
            with runner as (
                insert into runners (name, kind, slots) values (gen_random_uuid()::text, 'docker', 1) returning id
            ), job as (
                update jobs set latest_attempt = ? where id = ? returning id, project_id, started_at, ended_at
            ), attempt as (
                insert into attempts (job_id, project_id, number, runner_id, turn, state, outcome, evidence, started_at, ended_at)
                select job.id, job.project_id, ?, runner.id, 0, 'ended', ?, ?, job.started_at, job.ended_at
                from job, runner
                returning id, outcome, started_at, ended_at
            )
            insert into steps (attempt_id, position, name, state, outcome, started_at, ended_at)
            select id, 0, 'verify', 'ended', outcome, started_at + interval '1 second', ended_at from attempt
            """;

    private final Database database;
    private final long project;

    EndedRuns(Database database, String name) {
        this.database = database;
        this.project =
                database.transaction(
                        tx -> {
                            long id =
                                    Projects.create(tx, ProjectName.parse(name), null)
                                            .project()
                                            .id();
                            tx.update(
                                    "update projects set default_branch = 'main' where id = ?", id);
                            return id;
                        });
    }

    /// A try of the job.
    ///
    /// @param lines what it printed last
    record Try(String outcome, String... lines) {}

    long project() {
        return project;
    }

    /// @param commit a hexadecimal digit
    /// @param tries the last one's outcome is the run's
    void run(int number, String commit, String author, Try... tries) {
        run(number, commit, author, 10, 70, tries);
    }

    /// @param from seconds after the run's beginning at which the job began
    /// @param to the same of its end
    void run(int number, String commit, String author, int from, int to, Try... tries) {
        database.change(
                tx -> {
                    String outcome = tries[tries.length - 1].outcome();
                    long job =
                            tx.one(
                                    RUN,
                                    row -> row.number("id"),
                                    project,
                                    number,
                                    commit,
                                    author,
                                    outcome,
                                    from,
                                    to);
                    for (int i = 0; i < tries.length; i++) {
                        String evidence =
                                JsonMapper.shared()
                                        .writeValueAsString(
                                                Map.of("lastLines", List.of(tries[i].lines())));
                        tx.update(
                                ATTEMPT, i + 1, job, i + 1, tries[i].outcome(), new Json(evidence));
                    }
                });
    }
}
