package io.slipway.engine.queue;

import static io.slipway.engine.queue.Plans.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.Verdict;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;

@ExtendWith(DatabaseExtension.class)
final class LeasesTest {
    private static final int POOL = 3;

    private final Database database;
    private final Notifications notifications;

    LeasesTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
    }

    private Instant lease() {
        return database.read(
                tx ->
                        tx.one(
                                "select max(lease_until) as until from attempts where state ="
                                        + " 'running'",
                                row -> row.instant("until")));
    }

    @Test
    void aFullPoolLosesNoLease() throws Exception {
        Plans.runner(database, 4);
        long project = Plans.project(database, "leases");
        ScriptedWork work = new ScriptedWork();
        CountDownLatch end = new CountDownLatch(1);
        work.on(
                "test",
                claim -> {
                    await().atMost(Duration.ofMinutes(2)).until(() -> end.getCount() == 0);
                    return Verdict.succeeded("done");
                });
        try (Database small = new Database(database.address(), POOL);
                Dispatcher dispatcher =
                        new Dispatcher(
                                small,
                                notifications,
                                UUID.randomUUID(),
                                Map.of(JobKind.CHECK, work),
                                run -> {})) {
            Plans.run(database, project, check("test"));
            await().until(() -> dispatcher.driving() == 1);

            CountDownLatch taken = new CountDownLatch(POOL);
            CountDownLatch free = new CountDownLatch(1);
            List<Thread> holders = new ArrayList<>();
            for (int i = 0; i < POOL; i++) {
                holders.add(
                        Thread.ofPlatform()
                                .start(
                                        () ->
                                                small.read(
                                                        tx -> {
                                                            taken.countDown();
                                                            awaitQuietly(free);
                                                            return true;
                                                        })));
            }
            taken.await();
            Instant before = lease();
            await().atMost(Duration.ofSeconds(30)).until(() -> lease().isAfter(before));

            assertThat(dispatcher.driving()).isEqualTo(1);
            free.countDown();
            for (Thread holder : holders) {
                holder.join();
            }
            end.countDown();
            await().until(() -> dispatcher.driving() == 0);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
