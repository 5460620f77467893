package io.slipway.web.live;

import io.slipway.db.Database;
import io.slipway.engine.log.AttemptLog;
import io.slipway.engine.log.LogOwner;
import io.slipway.engine.log.LogPosition;
import io.slipway.engine.project.Project;

import java.nio.charset.StandardCharsets;

/// A run of one job whose attempt prints.
final class PrintingAttempt implements AutoCloseable {
    private static final String INSERT =
            """
            with runner as (
                insert into runners (name, kind, slots) values (gen_random_uuid()::text, 'docker', 1)
                returning id
            ), run as (
                insert into runs (project_id, number, trigger, ref, commit)
                values (?, ?, 'push', 'refs/heads/main', repeat('a', 40)) returning id
            ), job as (
                insert into jobs (run_id, project_id, position, name, kind, spec, state)
                select id, ?, 0, 'test', 'check', '{}', 'running' from run returning id
            )
            insert into attempts (job_id, project_id, number, state, runner_id, turn, fence)
            select job.id, ?, 1, 'running', runner.id, 0, 1 from job, runner returning id, job_id
            """;

    private final Database database;
    private final Ids ids;
    private final AttemptLog log;

    private record Ids(long attempt, long job) {}

    PrintingAttempt(Database database, Project project, int run) {
        this.database = database;
        this.ids =
                database.transaction(
                        tx ->
                                tx.one(
                                        INSERT,
                                        row -> new Ids(row.number("id"), row.number("job_id")),
                                        project.id(),
                                        run,
                                        project.id(),
                                        project.id()));
        LogOwner owner =
                new LogOwner(ids.attempt(), 1, () -> new IllegalStateException("the fence moved"));
        this.log = new AttemptLog(database, owner, LogPosition.START);
    }

    long job() {
        return ids.job();
    }

    String topic(long line) {
        return "log:" + ids.job() + ":1@" + line;
    }

    String path() {
        return "/api/v1/jobs/" + ids.job() + "/attempts/1/log";
    }

    void print(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        log.append(bytes, 0, bytes.length, log.sourceEnd() + bytes.length);
        log.flush();
    }

    void step(String name, long first, long last) {
        database.change(
                tx ->
                        tx.update(
                                """
                                insert into steps (attempt_id, position, name, state, outcome,
                                    first_line, last_line, started_at, ended_at)
                                values (?, 0, ?, 'ended', 'failed', ?, ?, now(), now() + '2 s')
                                """,
                                ids.attempt(),
                                name,
                                first,
                                last));
    }

    void progress(String line) {
        database.change(
                tx -> {
                    long run =
                            tx.one(
                                    "select run_id from jobs where id = ?",
                                    row -> row.number("run_id"),
                                    ids.job());
                    tx.notify("progress", run + " " + ids.job() + " " + line);
                });
    }

    void end() {
        database.change(
                tx -> {
                    tx.update(
                            "update attempts set state = 'ended', outcome = 'failed' where id = ?",
                            ids.attempt());
                    tx.update(
                            "update jobs set state = 'ended', outcome = 'failed' where id = ?",
                            ids.job());
                    tx.notify("log", Long.toString(ids.attempt()));
                });
    }

    @Override
    public void close() {
        log.close();
    }
}
