package io.slipway.engine.log;

import io.slipway.db.Database;

import java.util.concurrent.atomic.AtomicInteger;

/// Attempts whose logs tests write.
final class RunningAttempt {
    private static final AtomicInteger NAMES = new AtomicInteger();

    private RunningAttempt() {}

    /// A running attempt with fence 1.
    static long make(Database database) {
        String name = "log" + NAMES.incrementAndGet();
        return database.transaction(
                tx ->
                        tx.one(
                                """
                                with p as (
                                    insert into projects (name) values (?) returning id
                                ), r as (
                                    insert into runs (project_id, number, trigger, ref, commit)
                                    select id, 1, 'push', 'refs/heads/main', 'c' from p
                                    returning id, project_id
                                ), j as (
                                    insert into jobs
                                        (run_id, project_id, position, name, kind, spec, state)
                                    select id, project_id, 0, 'j', 'check', '{}', 'running' from r
                                    returning id, project_id
                                ), runner as (
                                    insert into runners (name, kind, slots)
                                    values (?, 'docker', 1)
                                    returning id
                                )
                                insert into attempts
                                    (job_id, project_id, number, runner_id, turn, state, fence)
                                select j.id, j.project_id, 1, runner.id, 1, 'running', 1
                                from j, runner
                                returning id
                                """,
                                row -> row.number("id"),
                                name,
                                name));
    }
}
