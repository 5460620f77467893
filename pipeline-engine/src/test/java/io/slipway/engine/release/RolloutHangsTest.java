package io.slipway.engine.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.queue.Dispatcher;
import io.slipway.engine.queue.Plans;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.Runs;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/// Rollouts whose target or switch does not answer, and hears no interrupt either.
@Timeout(120)
@ExtendWith(DatabaseExtension.class)
final class RolloutHangsTest extends OnScriptedTarget {
    private final Notifications notifications;
    private final RunHistory history;
    private final CountDownLatch released = new CountDownLatch(1);
    private final Set<String> hanging = ConcurrentHashMap.newKeySet();

    RolloutHangsTest(Database database, Notifications notifications) {
        super(database);
        this.notifications = notifications;
        this.history = new RunHistory(database);
    }

    private Runs.Created push(AppSpec app) {
        return Plans.run(
                database,
                rows.projectId,
                new PlannedJob(
                        app.name(), new RolloutSpec(app, "production", null, null), List.of()));
    }

    /// Every call of that name, from now on.
    private void hangAt(String name) {
        deployer.hook(
                (call, done) -> {
                    if (call.equals(name) && !done) {
                        hang(call);
                    }
                });
    }

    private void hang(String call) {
        hanging.add(call);
        while (released.getCount() > 0) {
            try {
                released.await();
            } catch (InterruptedException e) {
                // it does not listen
            }
        }
    }

    private RolloutState stateOf(String app) {
        return database.read(tx -> Placements.find(tx, rows.projectId, "production", app))
                .map(at -> database.read(tx -> Rollouts.newest(tx, at.id(), 1)).getFirst().state())
                .orElse(RolloutState.STARTING);
    }

    private Run.Job ended(Runs.Created run) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> history.jobs(run.id()).getFirst().outcome() != null);
        return history.jobs(run.id()).getFirst();
    }

    @Test
    void aCancelEndsThemAsWhatTheyHaveComeTo() throws Exception {
        TestClaim old = claim(GOOD);
        rows.perform(parts, old);
        AppSpec bad = RolloutRows.app("bad", 8080, List.of("exit", "3"));
        AppSpec live = RolloutRows.app("live", 8080, List.of("serve"));
        hangAt("stop");
        traffic.goAway(true);
        try (Dispatcher dispatcher =
                new Dispatcher(
                        database,
                        notifications,
                        UUID.randomUUID(),
                        Map.of(JobKind.ROLLOUT, new RolloutWork(parts)),
                        run -> {})) {
            Runs.Created switches = push(live);
            await().until(() -> stateOf("live") == RolloutState.SWITCHING);
            Runs.Created undoes = push(bad);
            await().until(() -> hanging.contains("stop"));
            assertThat(stateOf("bad")).isEqualTo(RolloutState.UNDOING);
            hangAt("start");
            Runs.Created starts = push(GOOD);
            await().until(() -> hanging.contains("start"));

            List.of(switches, undoes, starts)
                    .forEach(
                            run ->
                                    database.change(
                                            tx -> new Runs().cancel(tx, run.id(), "by mira")));

            assertThat(ended(starts).outcome()).isEqualTo(Outcome.CANCELLED);
            assertThat(ended(undoes).reason()).isEqualTo(Reason.EXIT_CODE);
            assertThat(ended(switches).outcome()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(ended(switches).summary())
                    .isEqualTo("#1   live; the switch has not answered yet");
            await().until(() -> dispatcher.driving() == 0);
        } finally {
            released.countDown();
        }
        traffic.goAway(false);
        deployer.hook((call, done) -> {});
        settle();
        assertThat(deployer.running()).hasSize(2).contains(old.name().toString());
        assertThat(traffic.backends("live.localhost")).hasSize(1);
        assertThat(placement().liveRelease()).isEqualTo(rollout(1).releaseId());
        assertThat(rollout(4).outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(rejected(3)).isTrue();
    }
}
