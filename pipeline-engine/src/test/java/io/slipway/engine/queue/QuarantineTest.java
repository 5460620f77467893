package io.slipway.engine.queue;

import static io.slipway.engine.queue.Plans.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.Verdict;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// What is counted against a job whose holders vanish, and what is not.
@ExtendWith(DatabaseExtension.class)
final class QuarantineTest {
    private static final AtomicInteger PROJECTS = new AtomicInteger();

    private final Database database;
    private final Notifications notifications;

    QuarantineTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
    }

    @BeforeEach
    void oneJob() {
        database.change(tx -> tx.update("delete from runs"));
        Plans.runner(database, 4);
        Plans.run(
                database,
                Plans.project(database, "quarantine" + PROJECTS.incrementAndGet()),
                check("a"));
    }

    private static Claimed one(Queue queue) {
        return queue.claim(Set.of(), 1).getFirst();
    }

    private Queue another() {
        return new Queue(database, UUID.randomUUID());
    }

    private void set(Claimed claimed, String change) {
        String sql =
                switch (change) {
                    case "expired" ->
                            "update attempts set lease_until = now() - interval '1 second'"
                                    + " where id = ?";
                    case "printed" ->
                            "update attempts set log_source = log_source + 7 where id = ?";
                    case "held for long" ->
                            "update attempts set claimed_at = claimed_at - interval '2 hours'"
                                    + " where id = ?";
                    default -> throw new IllegalArgumentException(change);
                };
        database.change(tx -> tx.update(sql, claimed.job().attemptId()));
    }

    private long expiries() {
        return Counts.number(database, "select max(expiries) as n from attempts");
    }

    @Test
    void anyThreeDeathsCountHoweverLongItRanAndWhateverItPrinted() {
        UUID server = UUID.randomUUID();
        Claimed first = one(new Queue(database, server));
        set(first, "printed");
        assertThat(one(new Queue(database, server)).past().expiries()).isEqualTo(1);
        set(first, "held for long");
        set(first, "expired");
        assertThat(one(another()).past().expiries()).isEqualTo(2);
        set(first, "expired");
        assertThat(one(another()).past().expiries()).isEqualTo(3);
    }

    @Test
    void aProcessThatLivesAndHasMissedItsLeaseIsNotCounted() {
        Queue queue = another();
        set(one(queue), "expired");
        assertThat(one(queue).past().expiries()).isZero();
    }

    @Test
    void whatIsHandedOverOrLeftIsNotCounted() {
        Queue first = another();
        Claimed claimed = one(first);
        assertThat(first.giveBack(claimed.job().attemptId(), claimed.fence())).isTrue();
        Queue second = another();
        assertThat(one(second).past().expiries()).isZero();
        second.leave();
        assertThat(another().claim(Set.of(), 1)).as("its lease holds on").isEmpty();
        set(claimed, "expired");
        assertThat(one(another()).past().expiries()).isZero();
    }

    @Test
    void whoLeavesLeavesNothingThatItsSuccessorHas() {
        UUID server = UUID.randomUUID();
        Queue first = new Queue(database, server);
        one(first);
        Claimed second = one(new Queue(database, server));
        database.change(
                tx -> tx.update("update attempts set claimed_at = claimed_at - interval '1 hour'"));
        new Queue(database, server).leave();
        assertThat(
                        Counts.number(
                                database,
                                "select count(*) as n from attempts where server_id = ?"
                                        + " and fence = ?",
                                server,
                                second.fence()))
                .isEqualTo(1);
    }

    @Test
    void aServerThatLivesTakesBackWhatOthersCountedOfIt() {
        Queue first = another();
        Claimed lost = one(first);
        Map<Long, Long> told = Map.of(lost.job().attemptId(), lost.fence());
        assertThat(first.livesOn(told)).as("nobody has it yet").isEmpty();
        set(lost, "expired");
        Claimed next = one(another());
        set(lost, "expired");
        one(another());
        assertThat(expiries()).isEqualTo(2);
        assertThat(first.livesOn(told)).containsExactly(lost.job().attemptId());
        assertThat(expiries()).as("the second one is dead").isEqualTo(1);
        first.livesOn(told);
        assertThat(expiries()).as("taken back once").isEqualTo(1);
        first.livesOn(Map.of(lost.job().attemptId(), next.fence() + 1));
        assertThat(expiries()).as("that was not counted").isEqualTo(1);
    }

    @Test
    void aDispatcherThatLostALeaseTellsThatItLives() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        ScriptedWork work =
                new ScriptedWork()
                        .on(
                                "a",
                                claim -> {
                                    begun.countDown();
                                    new CountDownLatch(1).await();
                                    return Verdict.succeeded("stale");
                                });
        try (Dispatcher dispatcher =
                new Dispatcher(
                        database,
                        notifications,
                        UUID.randomUUID(),
                        Map.of(JobKind.CHECK, work),
                        run -> {})) {
            begun.await();
            Queue other = another();
            await().until(
                            () -> {
                                database.change(
                                        tx ->
                                                tx.update(
                                                        "update attempts set lease_until = now()"
                                                                + " - interval '1 second'"));
                                List<Claimed> got = other.claim(Set.of(), 1);
                                return !got.isEmpty() && got.getFirst().past().expiries() == 1;
                            });
            await().atMost(Duration.ofMinutes(1)).until(() -> expiries() == 0);
            assertThat(dispatcher.driving()).isZero();
        }
    }
}
