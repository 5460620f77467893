package io.slipway.engine.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.release.Deployer.Obstacle;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;
import java.util.concurrent.FutureTask;

/// Rollouts on a target that starts containers when it can, and that others change too.
@ExtendWith(DatabaseExtension.class)
class RolloutObstacleTest extends OnScriptedTarget {
    private static final Obstacle NO_IMAGE =
            new Obstacle(
                    Reason.IMAGE_PULL,
                    "the image web does not exist: web: not found",
                    true,
                    true,
                    List.of("web: not found"));

    private static final Obstacle NO_ROOM =
            new Obstacle(
                    Reason.CANNOT_RUN,
                    "no node has room for it: 1 Insufficient memory",
                    false,
                    false,
                    List.of("1 Insufficient memory"));

    RolloutObstacleTest(Database database) {
        super(database);
    }

    private static AppSpec within(long millis) {
        return new AppSpec(
                "web",
                "busybox:latest",
                8080,
                new AppSpec.Health(null, millis, 50),
                List.of("serve"),
                GOOD.env(),
                GOOD.secrets(),
                true,
                GOOD.host(),
                List.of(),
                GOOD.resources());
    }

    @Test
    void whatIsInTheWayForGoodIsToldAtOnceAndTheOldOneServesOn() throws Exception {
        rollOut(GOOD);
        deployer.obstacle = NO_IMAGE;

        Verdict verdict = rollOut(GOOD);

        assertThat(verdict.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(verdict.reason()).isEqualTo(Reason.IMAGE_PULL);
        assertThat(verdict.summary())
                .isEqualTo("web cannot start: the image web does not exist: web: not found");
        assertThat(verdict.evidence()).containsEntry("events", List.of("web: not found"));
        assertThat(rejected(2)).isTrue();
        deployer.obstacle = null;
        settle();
        assertThat(placement().trouble()).isNull();
        assertThat(deployer.running()).hasSize(1);
    }

    @Test
    void whatMayPassIsToldWhenTheTimeIsOver() throws Exception {
        deployer.obstacle = NO_ROOM;

        Verdict verdict = rollOut(within(300));

        assertThat(verdict.outcome()).isEqualTo(Outcome.ERRORED);
        assertThat(verdict.reason()).isEqualTo(Reason.CANNOT_RUN);
        assertThat(verdict.summary())
                .isEqualTo("web cannot start: no node has room for it: 1 Insufficient memory");
        assertThat(rejected(1)).isFalse();
    }

    @Test
    void whatPassesKeepsNobodyFromServing() throws Exception {
        deployer.obstacle = NO_ROOM;
        FutureTask<Verdict> rollout = new FutureTask<>(() -> rollOut(within(20_000)));
        Thread.ofVirtual().start(rollout);
        await().until(() -> deployer.calls.contains("condition"));

        deployer.obstacle = null;

        assertThat(rollout.get().outcome()).isEqualTo(Outcome.SUCCEEDED);
    }

    @Test
    void whatSomebodyElseReplacedIsPutBack() throws Exception {
        rollOut(GOOD);
        String container = deployer.running().getFirst();
        deployer.replaced.add(container);

        supervisor.round();

        assertThat(deployer.replaced).isEmpty();
        assertThat(placement().trouble())
                .isEqualTo("something else was put in its place; it is being brought back");
        supervisor.round();
        assertThat(placement().trouble()).isNull();
    }

    @Test
    void whatGivesWayToARolloutIsLeftAlone() throws Exception {
        rollOut(GOOD);
        String old = deployer.running().getFirst();
        deployer.obstacle = NO_ROOM;
        FutureTask<Verdict> rollout = new FutureTask<>(() -> rollOut(within(20_000)));
        Thread.ofVirtual().start(rollout);
        await().until(() -> deployer.running().size() == 2);
        deployer.replaced.add(old);

        supervisor.round();

        assertThat(deployer.replaced).contains(old);
        assertThat(placement().trouble()).isNull();
        deployer.obstacle = null;
        assertThat(rollout.get().outcome()).isEqualTo(Outcome.SUCCEEDED);
        settle();
    }
}
