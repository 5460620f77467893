package io.slipway.runners.docker.job;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.plan.CheckSpec;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.plan.StepSpec;
import io.slipway.engine.queue.Dispatcher;
import io.slipway.engine.queue.Plans;
import io.slipway.engine.queue.Sweeper;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.JobWork;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.RunState;
import io.slipway.engine.run.Runs;
import io.slipway.engine.step.CheckWork;
import io.slipway.engine.step.JobSecrets;
import io.slipway.engine.step.TinyTar;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerExtension;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/// Where the time of a job goes on a real engine, printed. Not part of the suite: run it by its
/// name.
@Tag("docker")
@ExtendWith({DatabaseExtension.class, DockerExtension.class})
final class StepsMeasure {
    private static final String TIMES =
            """
            select (extract(epoch from a.claimed_at - a.queued_at) * 1000)::bigint as claimed,
                (extract(epoch from (select min(started_at) from steps where attempt_id = a.id)
                    - a.claimed_at) * 1000)::bigint as began,
                (extract(epoch from (select max(ended_at) - min(started_at) from steps
                    where attempt_id = a.id)) * 1000)::bigint as steps,
                (extract(epoch from a.ended_at - (select max(ended_at) from steps
                    where attempt_id = a.id)) * 1000)::bigint as ended,
                (extract(epoch from u.ended_at - a.ended_at) * 1000)::bigint as finished
            from attempts a join jobs j on j.id = a.job_id join runs u on u.id = j.run_id
            where u.id = ?
            """;

    @Test
    void whereTheTimeGoes(
            Database database,
            Notifications notifications,
            DockerEngine engine,
            DockerExtension.Instance instance)
            throws Exception {
        database.change(tx -> tx.update("update instance set id = ?", instance.id()));
        Plans.runner(database, 4);
        long project = Plans.project(database, "measure");
        try (Jobs jobs = new Jobs(engine, instance.id())) {
            Map<JobKind, JobWork> work =
                    Map.of(
                            JobKind.CHECK,
                            new CheckWork(
                                    jobs.runner,
                                    job -> new TinyTar("a", "b"),
                                    "http://x",
                                    JobSecrets.NONE));
            try (Dispatcher dispatcher =
                            new Dispatcher(
                                    database, notifications, UUID.randomUUID(), work, run -> {});
                    Sweeper sweeper = new Sweeper(database, work, List.of())) {
                for (int i = 0; i < 8; i++) {
                    job(database, project, 10, "echo step");
                }
                for (int i = 0; i < 3; i++) {
                    job(database, project, 1, "seq 1 200000");
                }
                byHand(engine);
                while (!jobs.runner.present().isEmpty()) {
                    LockSupport.parkNanos(20_000_000);
                }
                System.out.println("driving " + dispatcher.driving() + sweeper.getClass());
            }
        }
    }

    private static void job(Database database, long project, int steps, String script) {
        RunHistory history = new RunHistory(database);
        List<StepSpec> all =
                IntStream.range(0, steps)
                        .mapToObj(i -> new StepSpec("s" + i, script, Map.of(), ""))
                        .toList();
        long from = System.nanoTime();
        Runs.Created run =
                Plans.run(
                        database,
                        project,
                        new PlannedJob(
                                "j",
                                new CheckSpec(
                                        DockerExtension.BUSYBOX,
                                        all,
                                        Map.of(),
                                        "",
                                        new Resources(1000, 64L << 20, 64),
                                        true,
                                        Duration.ofMinutes(5)),
                                List.of()));
        while (history.byId(run.id()).orElseThrow().progress().state() != RunState.ENDED) {
            LockSupport.parkNanos(2_000_000);
        }
        long millis = (System.nanoTime() - from) / 1_000_000;
        String times =
                database.read(
                        tx ->
                                tx.one(
                                        TIMES,
                                        row ->
                                                "claimed %d, first step %d, steps %d, verdict %d, end %d"
                                                        .formatted(
                                                                row.number("claimed"),
                                                                row.number("began"),
                                                                row.number("steps"),
                                                                row.number("ended"),
                                                                row.number("finished")),
                                        run.id()));
        System.out.println(script + " x " + steps + ": " + millis + " ms: " + times);
    }

    private static void byHand(DockerEngine engine) throws Exception {
        String socket = engine.address().socket().orElseThrow().toString();
        for (int i = 0; i < 5; i++) {
            long from = System.nanoTime();
            new ProcessBuilder(
                            "docker",
                            "-H",
                            "unix://" + socket,
                            "run",
                            "--rm",
                            "--memory=64m",
                            "--cpus=1",
                            "--pids-limit=64",
                            "-v",
                            "/workspace",
                            "busybox",
                            "sh",
                            "-c",
                            "for i in 1 2 3 4 5 6 7 8 9 10; do echo step; done")
                    .inheritIO()
                    .start()
                    .waitFor();
            System.out.println("by hand: " + (System.nanoTime() - from) / 1_000_000 + " ms");
        }
    }
}
