package io.slipway.engine.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.run.Claim.Ended;
import io.slipway.engine.run.ClaimLost;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

/// What an app has run before it serves: once, whatever happens.
@Timeout(120)
@ExtendWith(DatabaseExtension.class)
final class RolloutHooksTest extends OnScriptedTarget {
    private static final AppSpec TWO = GOOD.before(List.of("pass one", "pass two"));
    private static final AppSpec WAITS = GOOD.before(List.of("wait"));
    private static final AppSpec FAILS = GOOD.before(List.of("pass one", "fail 3", "pass two"));

    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    RolloutHooksTest(Database database) {
        super(database);
    }

    private FutureTask<Verdict> begin(TestClaim claim) {
        FutureTask<Verdict> work = new FutureTask<>(() -> rows.perform(parts, claim));
        Thread.ofVirtual().start(work);
        await().until(() -> deployer.hooked.contains("wait"));
        return work;
    }

    @Test
    void hooksRunInTheirOrderBeforeTheContainerIsStarted() throws Exception {
        TestClaim claim = claim(TWO);

        Verdict verdict = rows.perform(parts, claim);

        assertThat(verdict.outcome()).as(verdict.summary()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(deployer.hooked).containsExactly("pass one", "pass two");
        assertThat(deployer.calls.lastIndexOf("startHook"))
                .isLessThan(deployer.calls.indexOf("start"));
        assertThat(claim.printed).hasToString("this is pass one\nthis is pass two\n");
        assertThat(deployer.hooks()).isEmpty();
    }

    @Test
    void afterOneThatFailsNothingIsTouched() throws Exception {
        TestClaim old = claim(GOOD);
        rows.perform(parts, old);

        Verdict verdict = rollOut(FAILS);
        settle();

        assertThat(verdict.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(verdict.reason()).isEqualTo(Reason.EXIT_CODE);
        assertThat(verdict.summary()).isEqualTo("'fail 3' ended with exit code 3");
        assertThat(verdict.evidence().get("log")).isEqualTo(List.of("this is fail 3"));
        assertThat(deployer.hooked).containsExactly("pass one", "fail 3");
        assertThat(rollout(2).cause()).isEqualTo("'fail 3' ended with exit code 3");
        assertThat(rejected(2)).isTrue();
        assertThat(deployer.present()).containsExactly(old.name().toString());
        assertThat(deployer.hooks()).isEmpty();
    }

    @Test
    void anAppWithVolumesIsStoppedBeforeItsHooksAndServesAgainWhenOneFails() throws Exception {
        TestClaim old = claim(RolloutRows.withVolume(GOOD));
        rows.perform(parts, old);

        Verdict verdict = rollOut(RolloutRows.withVolume(FAILS));

        assertThat(verdict.summary()).isEqualTo("'fail 3' ended with exit code 3");
        assertThat(deployer.calls.indexOf("stop")).isLessThan(deployer.calls.indexOf("startHook"));
        assertThat(deployer.running()).containsExactly(old.name().toString());
        assertThat(traffic.backends("web.localhost")).hasSize(1);
    }

    @Test
    void aReleaseThatIsRolledOutAgainRunsNoHooksOneWithOtherConfigurationDoes() throws Exception {
        rollOut(TWO);
        rollOut(GOOD);
        deployer.hooked.clear();

        rows.perform(parts, rows.claim(new RolloutSpec(TWO, "production", null, 1)));
        assertThat(deployer.hooked).isEmpty();

        configuration++;
        rows.perform(parts, rows.claim(new RolloutSpec(TWO, "production", null, 1, true)));
        assertThat(deployer.hooked).containsExactly("pass one", "pass two");
    }

    /// Ends the work at its nth call of the target, and goes on with a later claim.
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
            rows.claimAgain(claim);
            return rows.perform(parts, claim);
        } finally {
            deployer.hook((what, after) -> {});
        }
    }

    @Test
    void aKillAtAnyCallRunsEachHookOnceAndChangesNoVerdict() throws Exception {
        for (AppSpec app : List.of(TWO, FAILS, RolloutRows.withVolume(TWO))) {
            for (int nth = 1; nth <= 24; nth++) {
                for (boolean done : new boolean[] {false, true}) {
                    deployer.hooked.clear();
                    TestClaim claim = claim(app);
                    Verdict verdict = killedAt(nth, done, claim);
                    String where = app.before() + " killed at call " + nth + " " + done;
                    boolean fails = app == FAILS;
                    assertThat(verdict.outcome())
                            .as(where)
                            .isEqualTo(fails ? Outcome.FAILED : Outcome.SUCCEEDED);
                    assertThat(deployer.hooked)
                            .as(where)
                            .containsExactly("pass one", fails ? "fail 3" : "pass two");
                    String last = fails ? "this is fail 3\n" : "this is pass two\n";
                    assertThat(claim.printed).as(where).hasToString("this is pass one\n" + last);
                    settle();
                    assertThat(deployer.hooks()).as(where).isEmpty();
                }
            }
        }
    }

    @Test
    void whereTheContainerIsGoneNobodyRunsItAgain() throws Exception {
        TestClaim claim = claim(WAITS);
        FutureTask<Verdict> cut = begin(claim);
        claim.ended = Ended.LOST;
        deployer.hooks().forEach(deployer::removeHook);
        await().until(cut::isDone);
        claim.ended = null;

        Verdict verdict = rows.perform(parts, claim);

        assertThat(verdict.outcome()).isEqualTo(Outcome.ERRORED);
        assertThat(verdict.reason()).isEqualTo(Reason.RUNNER_LOST);
        assertThat(verdict.summary())
                .isEqualTo(
                        "cannot tell how 'wait' ended: its container is gone; it is not run again"
                                + " by itself");
        assertThat(deployer.hooked).containsExactly("wait");
        assertThat(rejected(1)).isFalse();
    }

    @Test
    void aCancelEndsWhatRunsAndTheOldReleaseServesOn() throws Exception {
        TestClaim old = claim(GOOD);
        rows.perform(parts, old);
        TestClaim claim = claim(WAITS);
        FutureTask<Verdict> work = new FutureTask<>(() -> rows.perform(parts, claim));
        Thread thread = Thread.ofVirtual().start(work);
        await().until(() -> deployer.hooked.contains("wait"));

        claim.ended = Ended.CANCELLED;
        thread.interrupt();

        assertThat(work.get().outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(deployer.hooks()).isEmpty();
        assertThat(deployer.running()).containsExactly(old.name().toString());
    }

    @Test
    void anotherClaimTakesTheExitCodeOfTheContainerThatRuns() throws Exception {
        TestClaim claim = claim(WAITS);
        FutureTask<Verdict> first = begin(claim);
        FutureTask<Verdict> second = new FutureTask<>(() -> rows.perform(parts, claim));
        Thread.ofVirtual().start(second);
        await().until(() -> deployer.calls.stream().filter("startHook"::equals).count() > 1);

        deployer.endHook(4);

        assertThat(second.get().summary()).isEqualTo("'wait' ended with exit code 4");
        assertThatThrownBy(first::get).hasCauseInstanceOf(ClaimLost.class);
        assertThat(deployer.hooked).containsExactly("wait");
    }

    @Test
    void whatARolloutLeftThatWasGivenUpIsRemoved() throws Exception {
        TestClaim claim = claim(WAITS);
        FutureTask<Verdict> work = new FutureTask<>(() -> rows.perform(parts, claim));
        Thread thread = Thread.ofVirtual().start(work);
        await().until(() -> deployer.hooked.contains("wait"));
        claim.ended = Ended.LOST;
        thread.interrupt();
        await().until(work::isDone);
        supervisor.round();
        assertThat(deployer.hooks()).hasSize(1);

        rows.conclude(claim, Outcome.ERRORED, Reason.INTERNAL, "put aside");
        settle();

        assertThat(deployer.hooks()).isEmpty();
    }
}
