package io.slipway.engine.queue;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.log.AttemptLog;
import io.slipway.engine.log.LogOwner;
import io.slipway.engine.log.LogPosition;
import io.slipway.engine.log.MaskedStream;
import io.slipway.engine.log.Masks;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.Verdict;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/// Figures of the queue and the log, printed. Not part of the suite: `bench/queue` runs it.
@ExtendWith(DatabaseExtension.class)
final class SpeedMeasure {
    private static final long LONGEST = TimeUnit.SECONDS.toNanos(60);

    private final Database database;
    private final Notifications notifications;

    SpeedMeasure(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
    }

    /// Queues so many jobs, 50 in each run and 20 runs in each project, one of them as a push does
    /// and the others as its copies. What was there is gone.
    private void queue(int jobs) {
        database.change(tx -> tx.update("truncate projects cascade"));
        PlannedJob[] all =
                IntStream.range(0, 50)
                        .mapToObj(i -> Plans.check("j" + i))
                        .toArray(PlannedJob[]::new);
        Plans.run(database, Plans.project(database, "s" + System.nanoTime()), all);
        database.change(
                tx -> {
                    long runs = jobs / 50 - 1;
                    tx.update(
                            """
                            insert into projects (name, turn)
                            select 'copy' || i, 1000 * 1000 from generate_series(1, ? / 20 + 1) i
                            """,
                            runs);
                    tx.update(
                            """
                            insert into runs (project_id, number, trigger, ref, commit)
                            select p.id, row_number() over (partition by p.id), 'push', r.ref, r.commit
                            from generate_series(1, ?) i
                            cross join (select ref, commit from runs) r
                            join projects p on p.name = 'copy' || (i / 20 + 1)
                            """,
                            runs);
                    tx.update(
                            """
                            insert into jobs (run_id, project_id, position, name, kind, spec, state,
                                latest_attempt)
                            select u.id, u.project_id, j.position, j.name, j.kind, j.spec, 'queued', 1
                            from jobs j
                            join runs u on u.id <> j.run_id
                            """);
                    tx.update(
                            """
                            insert into attempts (job_id, project_id, number, runner_id, turn)
                            select j.id, j.project_id, 1, r.id,
                                row_number() over (partition by j.project_id order by j.id)
                            from jobs j
                            cross join runners r
                            where not exists (select 1 from attempts a where a.job_id = j.id)
                            """);
                });
    }

    @Test
    void jobsPerSecond() throws IOException {
        Plans.runner(database, 64);
        queue(1_000);
        measure(1_000, 1_000, false);
        for (int queued : new int[] {1_000, 10_000, 100_000}) {
            queue(queued);
            database.change(tx -> tx.update("analyze"));
            measure(queued, Math.min(queued, 5_000), true);
        }
    }

    private void measure(int queued, int count, boolean shown) throws IOException {
        Backends backends = Backends.of(database);
        long before = ended();
        long commits = commits();
        long server = cpu();
        double postgres = backends.seconds();
        long from = System.nanoTime();
        ScriptedWork work = new ScriptedWork();
        try (Dispatcher dispatcher = dispatcher(work)) {
            // To ask the database so often would cost it more than the queue does.
            while (work.performed.size() - dispatcher.driving() < count
                    && System.nanoTime() - from < LONGEST) {
                LockSupport.parkNanos(20_000_000);
            }
            double took = System.nanoTime() - from;
            double ofJobs = backends.seconds() - postgres;
            long done = ended() - before;
            double rate = done * 1e9 / took;
            double ofServer = (cpu() - server) / 1e6 / done;
            double ofPostgres = ofJobs * 1e3 / done;
            if (shown) {
                print(queued + " queued", rate, "jobs/s", 500);
                System.out.printf(
                        Locale.ROOT,
                        "| its processor time for each job | %.2f ms, PostgreSQL %.2f ms | | |%n"
                                + "| its commits for each job | %.2f | | |%n",
                        ofServer,
                        ofPostgres,
                        (commits() - commits) / (double) done);
            }
            assertThat(dispatcher.driving()).isNotNegative();
        }
    }

    private long commits() {
        return Counts.number(
                database,
                """
                select pg_stat_get_db_xact_commit(oid) as n
                from pg_database where datname = current_database()
                """);
    }

    private Dispatcher dispatcher(ScriptedWork work) {
        return new Dispatcher(
                database, notifications, UUID.randomUUID(), Map.of(JobKind.CHECK, work), run -> {});
    }

    /// From the commit that queues a job until its work begins, with nothing else in the queue.
    @Test
    void claimLatency() throws InterruptedException {
        Plans.runner(database, 64);
        database.change(tx -> tx.update("truncate projects cascade"));
        SynchronousQueue<Long> begun = new SynchronousQueue<>();
        ScriptedWork work =
                new ScriptedWork()
                        .on(
                                "a",
                                claim -> {
                                    begun.put(System.nanoTime());
                                    return Verdict.succeeded("done");
                                });
        List<Double> took = new ArrayList<>();
        try (Dispatcher dispatcher = dispatcher(work)) {
            for (int i = 0; i < 120; i++) {
                long project = Plans.project(database, "l" + System.nanoTime());
                Plans.run(database, project, Plans.check("a"));
                long from = System.nanoTime();
                double millis = (begun.take() - from) / 1e6;
                if (i >= 20) {
                    took.add(millis);
                }
            }
            assertThat(dispatcher.driving()).isNotNegative();
        }
        took.sort(null);
        System.out.printf(
                "| claim: queued to begun | median %.1f ms, p99 %.1f ms | | |%n",
                took.get(50), took.get(98));
    }

    private static void print(String what, double rate, String unit, double bar) {
        System.out.printf(
                "| %s | %.0f %s | %.0f %s | %s |%n",
                what, rate, unit, bar, unit, rate >= bar ? "met" : "missed");
    }

    private long ended() {
        return Counts.number(database, "select count(*) as n from attempts where state = 'ended'");
    }

    /// Processor time of this process; PostgreSQL's is its own.
    private static long cpu() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    @Test
    void logMegabytesPerSecond() {
        Plans.runner(database, 64);
        long project = Plans.project(database, "log" + System.nanoTime());
        Plans.run(database, project, Plans.check("a"));
        Claimed claimed = new Queue(database, UUID.randomUUID()).claim(Set.of(), 1).getFirst();
        StringBuilder text = new StringBuilder();
        for (int i = 0; text.length() < 32 * 1024; i++) {
            text.append("2026-11-23 20:15:")
                    .append(i % 60)
                    .append(" INFO  line ")
                    .append(i * 7919L)
                    .append(" of a test that prints, with some words: ")
                    .append(i * 31 % 97)
                    .append('\n');
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        Masks masks =
                Masks.of(
                        IntStream.range(0, 100)
                                .mapToObj(i -> "secret-" + i * 7919 + "/" + i * 104_729)
                                .toList());
        for (int mebibytes : new int[] {40, 300}) {
            try (AttemptLog log =
                    new AttemptLog(
                            database,
                            new LogOwner(
                                    claimed.job().attemptId(),
                                    claimed.fence(),
                                    () -> new IllegalStateException("lost")),
                            LogPosition.START)) {
                database.change(tx -> tx.update("delete from log_chunks"));
                MaskedStream stream = new MaskedStream(masks, log::append);
                long cpu = cpu();
                long from = System.nanoTime();
                long total = 0;
                while (total < (long) mebibytes << 20) {
                    total += bytes.length;
                    stream.take(bytes, 0, bytes.length, total);
                }
                stream.end();
                log.flush();
                print(
                        "a log of " + mebibytes + " MiB, masked, on the clock",
                        total * 1e3 / (System.nanoTime() - from),
                        "MB/s",
                        50);
                print(
                        "a log of " + mebibytes + " MiB, masked, per second of one core",
                        total * 1e3 / (cpu() - cpu),
                        "MB/s",
                        50);
            }
        }
    }
}
