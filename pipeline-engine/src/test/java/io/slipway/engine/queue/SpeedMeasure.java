package io.slipway.engine.queue;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.log.AttemptLog;
import io.slipway.engine.log.LogOwner;
import io.slipway.engine.log.LogPosition;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.run.JobKind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/// Figures of the queue and the log, printed. Not part of the suite: run it by its name.
@ExtendWith(DatabaseExtension.class)
final class SpeedMeasure {
    private final Database database;
    private final Notifications notifications;

    SpeedMeasure(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
    }

    private void queue(int runs, int jobs) {
        PlannedJob[] all =
                IntStream.range(0, jobs)
                        .mapToObj(i -> Plans.check("j" + i))
                        .toArray(PlannedJob[]::new);
        long project = Plans.project(database, "s" + System.nanoTime());
        for (int i = 0; i < runs; i++) {
            if (i % 20 == 0) {
                project = Plans.project(database, "s" + System.nanoTime());
            }
            Plans.run(database, project, all);
        }
    }

    @Test
    void jobsPerSecond() {
        Plans.runner(database, 64);
        for (int queued : new int[] {1_000, 1_000, 10_000}) {
            queue(queued / 50, 50);
            measure(queued, 1_000);
        }
    }

    private void measure(int queued, int count) {
        long before = ended();
        long from = System.nanoTime();
        try (Dispatcher dispatcher =
                new Dispatcher(
                        database,
                        notifications,
                        UUID.randomUUID(),
                        Map.of(JobKind.CHECK, new ScriptedWork()),
                        run -> {})) {
            while (ended() - before < count) {
                LockSupport.parkNanos(5_000_000);
            }
            double seconds = (System.nanoTime() - from) / 1e9;
            System.out.printf(
                    "%d queued: %.0f jobs/s, driving %d%n",
                    queued, (ended() - before) / seconds, dispatcher.driving());
        }
    }

    private long ended() {
        return Counts.number(database, "select count(*) as n from attempts where state = 'ended'");
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
                long from = System.nanoTime();
                long total = 0;
                while (total < (long) mebibytes << 20) {
                    total += bytes.length;
                    log.append(bytes, 0, bytes.length, total);
                }
                log.flush();
                double seconds = (System.nanoTime() - from) / 1e9;
                System.out.printf("%d MiB log: %.0f MB/s%n", mebibytes, total / 1e6 / seconds);
            }
        }
    }
}
