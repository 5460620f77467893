package io.slipway.engine.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.run.Claim.Ended;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

/// How rollouts end, and who does what.
@Timeout(120)
@ExtendWith(DatabaseExtension.class)
final class RolloutDriveTest extends OnScriptedTarget {
    RolloutDriveTest(Database database) {
        super(database);
    }

    @Test
    void whyIsWrittenBeforeAnythingIsUndone() throws Exception {
        List<String> seen = new ArrayList<>();
        deployer.hook(
                (call, done) -> {
                    if (call.equals("stop") && !done) {
                        seen.add(rollout(1).cause() + rollout(1).evidence());
                    }
                });

        rollOut(BAD);

        assertThat(seen).hasSize(1);
        assertThat(seen.getFirst()).startsWith("web ended with exit code 3{").contains("\"bye\"");
    }

    @Test
    void anEngineThatIsRestartedDuringTheCheckIsWaitedFor() throws Exception {
        TestClaim claim = claim(GOOD);
        AtomicInteger asked = new AtomicInteger();
        deployer.hook(
                (call, done) -> {
                    if (call.equals("condition") && !done) {
                        int nth = asked.incrementAndGet();
                        if (nth <= 2) {
                            throw new Fault(Kind.UNAVAILABLE, "cannot look: it is away", "");
                        }
                        if (nth == 3) {
                            deployer.end(claim.name().toString(), 137, true);
                        }
                    }
                });

        Verdict verdict = rows.perform(parts, claim);

        assertThat(verdict.outcome()).as(verdict.summary()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(claim.told).contains("waits for the engine that runs web");
        assertThat(deployer.running()).containsExactly(claim.name().toString());
    }

    @Test
    void whatCannotBeFoundOutIsErroredAndRejectsNothing() throws Exception {
        TestClaim claim = claim(GOOD);
        deployer.hook(
                (call, done) -> {
                    if (call.equals("start") && done) {
                        deployer.hook((any, after) -> {});
                        deployer.remove(claim.name().toString());
                    }
                });

        Verdict verdict = rows.perform(parts, claim);

        assertThat(verdict.outcome()).isEqualTo(Outcome.ERRORED);
        assertThat(verdict.reason()).isEqualTo(Reason.RUNNER_LOST);
        assertThat(rollout(1).cause())
                .isEqualTo("cannot tell whether web is healthy: its container is gone");
        assertThat(rejected(1)).isFalse();
    }

    @Test
    void anAppThatDiesBetweenHealthAndSwitchDoesNotServe() throws Exception {
        TestClaim old = claim(GOOD);
        rows.perform(parts, old);
        TestClaim claim = claim(GOOD);
        deployer.hook(
                (call, done) -> {
                    if (call.equals("announce") && done) {
                        deployer.end(claim.name().toString(), 1, false);
                    }
                });

        Verdict verdict = rows.perform(parts, claim);
        deployer.hook((call, done) -> {});
        settle();

        assertThat(verdict.summary()).isEqualTo("web ended with exit code 1");
        assertThat(deployer.running()).containsExactly(old.name().toString());
    }

    @Test
    void whatServedBeforeIsRetiredByTheSupervisorAlsoWhenTheEngineFails() throws Exception {
        TestClaim old = claim(GOOD);
        rows.perform(parts, old);
        AtomicInteger left = new AtomicInteger(2);
        deployer.hook(
                (call, done) -> {
                    if (call.equals("stop") && left.getAndDecrement() > 0) {
                        throw new Fault(Kind.UNAVAILABLE, "cannot stop: it is away", "");
                    }
                });
        TestClaim claim = claim(GOOD);

        Verdict verdict = rows.perform(parts, claim);
        settle();

        assertThat(verdict.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(left.get()).isNegative();
        assertThat(traffic.drained).isNotEmpty();
        assertThat(deployer.present()).containsExactly(claim.name().toString());
    }

    @Test
    void nothingIsRetiredBeforeTheSwitchKnowsWhatServes() throws Exception {
        TestClaim old = claim(GOOD);
        rows.perform(parts, old);
        supervisor.round();
        TestClaim claim = claim(GOOD);
        FutureTask<Verdict> work = new FutureTask<>(() -> rows.perform(parts, claim));
        deployer.hook(
                (call, done) -> {
                    if (call.equals("announce")) {
                        traffic.goAway(true);
                    }
                });
        Thread.ofVirtual().start(work);
        await().until(() -> claim.told.stream().anyMatch(line -> line.contains("the switch")));

        assertThatThrownBy(supervisor::round).isInstanceOf(Fault.class);
        assertThat(deployer.running()).hasSize(2);

        traffic.goAway(false);
        assertThat(work.get().outcome()).isEqualTo(Outcome.SUCCEEDED);
        settle();
        assertThat(deployer.running()).containsExactly(claim.name().toString());
    }

    @Test
    void aRolloutThatWasGivenUpAfterTheSwitchHasSucceeded() throws Exception {
        supervisor.round();
        TestClaim claim = claim(GOOD);
        deployer.hook(
                (call, done) -> {
                    if (call.equals("announce")) {
                        traffic.goAway(true);
                    }
                });
        FutureTask<Verdict> work = new FutureTask<>(() -> rows.perform(parts, claim));
        Thread thread = Thread.ofVirtual().start(work);
        await().until(() -> claim.told.stream().anyMatch(line -> line.contains("the switch")));
        claim.ended = Ended.LOST;
        thread.interrupt();
        await().until(work::isDone);
        rows.conclude(claim, Outcome.ERRORED, Reason.INTERNAL, "put aside");

        traffic.goAway(false);
        settle();

        assertThat(rollout(1).outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(traffic.backends("web.localhost")).hasSize(1);
    }

    @Test
    void whatAnAppPrintedLastIsToldWithoutItsSecrets() throws Exception {
        hidden = List.of("hunter2-hunter2");
        deployer.lastLine = "cannot sign in with hunter2-hunter2";

        rollOut(BAD);

        assertThat(rollout(1).evidence())
                .contains("cannot sign in with [secret]")
                .doesNotContain("hunter2");
    }

    @Test
    void anotherConfigurationThanWasAgreedToIsNotRolledOut() throws Exception {
        database.change(
                tx ->
                        tx.update(
                                """
                                insert into config_values (project_id, name, version, secret, value)
                                values (?, 'MODE', 1, false, 'x')
                                """,
                                rows.projectId));
        configuration = 1;

        Verdict verdict = rows.perform(parts, agreedTo(0));

        assertThat(verdict.reason()).isEqualTo(Reason.APPROVAL);
        assertThat(verdict.summary())
                .isEqualTo("the configuration has changed since somebody agreed to it");
        assertThat(deployer.present()).isEmpty();
        assertThat(rows.perform(parts, agreedTo(1)).outcome()).isEqualTo(Outcome.SUCCEEDED);
    }

    private TestClaim agreedTo(int configVersion) {
        TestClaim claim = claim(GOOD);
        database.change(
                tx -> {
                    tx.update(
                            "update jobs set asks_approval = true where id = ?", claim.job().id());
                    tx.update(
                            """
                            insert into approvals (job_id, commit, image, who, expires_at, verdict,
                                ruled_at, config_version)
                            values (?, ?, 'busybox:latest', '{}', now(), 'approved', now(), ?)
                            """,
                            claim.job().id(),
                            RolloutRows.COMMIT,
                            configVersion);
                });
        return claim;
    }

    @Test
    void whatSomebodyHasAgreedToIsRolledOutAndNothingElse() throws Exception {
        TestClaim other = claim(GOOD);
        agreedTo(other, "busybox:latest (sha256:0)");

        Verdict verdict = rows.perform(parts, other);

        assertThat(verdict.outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(verdict.reason()).isEqualTo(Reason.APPROVAL);
        assertThat(verdict.summary())
                .isEqualTo("the image has changed since somebody agreed to it");
        assertThat(deployer.present()).isEmpty();
        assertThat(agreedTo(other)).as("what it is asked for next time").isNull();

        TestClaim same = claim(GOOD);
        agreedTo(same, "busybox:latest (sha256:1)");
        assertThat(rows.perform(parts, same).outcome()).isEqualTo(Outcome.SUCCEEDED);

        TestClaim byDigest = claim(GOOD);
        agreedTo(byDigest, "busybox@sha256:7");
        assertThat(rows.perform(parts, byDigest).outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(release(2).image()).isEqualTo("busybox@sha256:7");
    }

    private Release release(int number) {
        return database.read(tx -> Releases.byNumber(tx, placement().id(), number)).orElseThrow();
    }

    private void agreedTo(TestClaim claim, String image) {
        database.change(
                tx ->
                        tx.update(
                                "update jobs set pinned_image = ? where id = ?",
                                image,
                                claim.job().id()));
    }

    private @Nullable String agreedTo(TestClaim claim) {
        return database.read(
                tx ->
                        tx.one(
                                "select pinned_image from jobs where id = ?",
                                row -> row.textOrNull("pinned_image"),
                                claim.job().id()));
    }
}
