package io.slipway.engine.access;

import io.slipway.db.Tx;

/// An attempt as its rows, for what belongs to one.
final class RunningAttempt {
    private RunningAttempt() {}

    static long insert(Tx tx, long projectId) {
        return tx.one(
                """
                with runner as (
                    insert into runners (name, kind, slots) values ('r' || ?, 'docker', 1)
                    returning id
                ), run as (
                    insert into runs (project_id, number, trigger, ref, commit)
                    values (?, 1, 'push', 'refs/heads/main', repeat('a', 40)) returning id
                ), job as (
                    insert into jobs (run_id, project_id, position, name, kind, spec, state)
                    select id, ?, 0, 'image', 'image', '{}', 'running' from run returning id
                )
                insert into attempts (job_id, project_id, number, state, runner_id, turn)
                select job.id, ?, 1, 'running', runner.id, 0 from job, runner returning id
                """,
                row -> row.number("id"),
                projectId,
                projectId,
                projectId,
                projectId);
    }

    static void end(Tx tx, long attemptId) {
        tx.update(
                "update attempts set state = 'ended', outcome = 'succeeded' where id = ?",
                attemptId);
    }
}
