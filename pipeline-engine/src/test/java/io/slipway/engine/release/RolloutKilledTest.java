package io.slipway.engine.release;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Kill -9 at any call of the target.
@Timeout(120)
@ExtendWith(DatabaseExtension.class)
final class RolloutKilledTest extends OnScriptedTarget {
    /// Stands for kill -9: nothing of ours catches it.
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    RolloutKilledTest(Database database) {
        super(database);
    }

    /// Ends the work at its nth call of the target, before or after it was done, and goes on with
    /// another claim.
    private Verdict killedAt(int nth, boolean done, TestClaim claim) throws InterruptedException {
        AtomicInteger call = new AtomicInteger();
        deployer.hook(
                (what, after) -> {
                    if (after == done && call.incrementAndGet() == nth) {
                        throw new Killed();
                    }
                });
        try {
            return rows.perform(parts, claim);
        } catch (Killed e) {
            deployer.hook((what, after) -> {});
            supervisor.round();
            return rows.perform(parts, claim);
        } finally {
            deployer.hook((what, after) -> {});
        }
    }

    @Test
    void aKillAtAnyCallOfAGoodRolloutLosesNothing() throws Exception {
        for (AppSpec app : List.of(GOOD, RolloutRows.withVolume(GOOD))) {
            rollOut(app);
            settle();
            for (int nth = 1; nth <= 14; nth++) {
                for (boolean done : new boolean[] {false, true}) {
                    TestClaim claim = claim(app);
                    Verdict verdict = killedAt(nth, done, claim);
                    assertThat(verdict.outcome())
                            .as("killed at call " + nth)
                            .isEqualTo(Outcome.SUCCEEDED);
                    settle();
                    assertThat(deployer.running()).containsExactly(claim.name().toString());
                    assertThat(traffic.backends("web.localhost")).hasSize(1);
                }
            }
        }
    }

    @Test
    void aKillAtAnyCallOfABadRolloutChangesNeitherVerdictNorCause() throws Exception {
        for (boolean volume : new boolean[] {false, true}) {
            AppSpec good = volume ? RolloutRows.withVolume(GOOD) : GOOD;
            AppSpec bad = volume ? RolloutRows.withVolume(BAD) : BAD;
            TestClaim old = claim(good);
            rows.perform(parts, old);
            settle();
            for (int nth = 1; nth <= 14; nth++) {
                for (boolean done : new boolean[] {false, true}) {
                    TestClaim claim = claim(bad);
                    Verdict verdict = killedAt(nth, done, claim);
                    assertThat(verdict.summary())
                            .as("killed at call %s", nth)
                            .isEqualTo("web ended with exit code 3");
                    assertThat(verdict.reason()).isEqualTo(Reason.EXIT_CODE);
                    settle();
                    assertThat(deployer.running()).containsExactly(old.name().toString());
                    assertThat(deployer.present()).hasSize(1);
                }
            }
        }
    }
}
