package io.slipway.engine.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.run.Claim.Ended;
import io.slipway.engine.run.ClaimLost;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Rollouts, claims, settings and the supervisor at the same time.
@Timeout(120)
@ExtendWith(DatabaseExtension.class)
final class RolloutRaceTest extends OnScriptedTarget {
    RolloutRaceTest(Database database) {
        super(database);
    }

    @Test
    void aDriverThatWasEndedByForceChangesNothingMore() throws Exception {
        TestClaim old = claim(GOOD);
        rows.perform(parts, old);
        TestClaim claim = claim(GOOD);
        deployer.hook(
                (call, done) -> {
                    if (call.equals("announce")) {
                        rows.conclude(claim, Outcome.CANCELLED, Reason.CANCELLED, "by mira");
                    }
                });

        assertThatThrownBy(() -> new RolloutWork(parts).perform(claim))
                .isInstanceOf(ClaimLost.class);

        deployer.hook((call, done) -> {});
        settle();
        assertThat(deployer.running()).containsExactly(old.name().toString());
        assertThat(rollout(2).outcome()).isEqualTo(Outcome.CANCELLED);
    }

    @Test
    void aDriverWhoseAttemptAnotherServerHasBeginsNothing() throws Exception {
        TestClaim claim = claim(GOOD);
        deployer.hook(
                (call, done) -> {
                    if (call.equals("pull") && done) {
                        database.change(tx -> tx.update("update attempts set fence = fence + 1"));
                    }
                });

        assertThatThrownBy(() -> new RolloutWork(parts).perform(claim))
                .isInstanceOf(ClaimLost.class);

        assertThat(deployer.present()).isEmpty();
        boolean begun =
                database.read(
                        tx ->
                                tx.one(
                                        "select exists (select from rollouts) as begun",
                                        row -> row.flag("begun")));
        assertThat(begun).isFalse();
    }

    @Test
    void aDriverWhoseRolloutAnotherServerTookOverChangesNothingMore() throws Exception {
        rows.perform(parts, claim(GOOD));
        TestClaim claim = claim(GOOD);
        deployer.hook(
                (call, done) -> {
                    if (call.equals("announce")) {
                        database.change(tx -> Rollouts.takeOver(tx, rollout(2)));
                    }
                });

        assertThatThrownBy(() -> new RolloutWork(parts).perform(claim))
                .isInstanceOf(ClaimLost.class);
    }

    @Test
    void aCancelDuringTheCheckBringsTheOldBackAlsoWithAVolume() throws Exception {
        AppSpec app = RolloutRows.withVolume(GOOD);
        TestClaim old = claim(app);
        rows.perform(parts, old);
        TestClaim claim = claim(app);
        deployer.hook(
                (call, done) -> {
                    if (call.equals("listening") || call.equals("backend")) {
                        claim.ended = Ended.CANCELLED;
                        Thread.currentThread().interrupt();
                        throw new Fault(Kind.UNAVAILABLE, "cannot look: interrupted", "");
                    }
                });

        Verdict verdict = rows.perform(parts, claim);
        deployer.hook((call, done) -> {});
        settle();

        assertThat(verdict.outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(rejected(2)).isFalse();
        assertThat(deployer.running()).containsExactly(old.name().toString());
        assertThat(traffic.backends("web.localhost")).hasSize(1);
    }

    @Test
    void theSupervisorDoesNotStartWhatARolloutHasStopped() throws Exception {
        AppSpec app = RolloutRows.withVolume(GOOD);
        rollOut(app);
        TestClaim claim = claim(app);
        deployer.hook(
                (call, done) -> {
                    if (call.equals("start")) {
                        deployer.hook((any, after) -> {});
                        supervisor.round(); // a second writer is refused by the target
                    }
                });

        assertThat(rows.perform(parts, claim).outcome()).isEqualTo(Outcome.SUCCEEDED);
        settle();
        assertThat(deployer.running()).containsExactly(claim.name().toString());
    }

    @Test
    void aSettingThatIsChangedDuringARolloutIsOneOfItsImage() throws Exception {
        rollOut(GOOD);
        AppSpec newer = RolloutRows.app("web", 8080, List.of("serve", "newer"));
        TestClaim claim = claim(newer);
        List<Optional<Integer>> ordered = new ArrayList<>();
        deployer.hook(
                (call, done) -> {
                    if (call.equals("start") && !done) {
                        configuration = 7;
                        ordered.add(
                                database.transaction(
                                        tx -> runs.configure(tx, placement(), null, "config set")));
                    }
                });
        rows.perform(parts, claim);
        deployer.hook((call, done) -> {});
        assertThat(ordered.getFirst()).isPresent();

        rows.perform(parts, rows.claim(new RolloutSpec(GOOD, "production", null, 1, true)));

        Release live =
                database.read(
                        tx ->
                                Releases.byId(
                                        tx,
                                        java.util.Objects.requireNonNull(
                                                placement().liveRelease())));
        assertThat(live.spec().command()).containsExactly("serve", "newer");
        assertThat(live.configVersion()).isEqualTo(7);
    }

    @Test
    void aSettingThatIsChangedDuringTheFirstRolloutIsNotForgotten() throws Exception {
        List<Optional<Integer>> ordered = new ArrayList<>();
        deployer.hook(
                (call, done) -> {
                    if (call.equals("start") && !done) {
                        ordered.add(
                                database.transaction(
                                        tx -> runs.configure(tx, placement(), null, "config set")));
                    }
                });

        rollOut(BAD);
        deployer.hook((call, done) -> {});
        Verdict later =
                rows.perform(parts, rows.claim(new RolloutSpec(BAD, "production", null, 1, true)));

        assertThat(ordered).hasSize(1);
        assertThat(ordered.getFirst()).isPresent();
        assertThat(later.outcome()).isEqualTo(Outcome.SKIPPED);
        assertThat(later.summary())
                .isEqualTo("web is not live: its next rollout takes the configuration");
    }

    @Test
    void appsAtAGlanceAreOneStatement() throws Exception {
        rollOut(GOOD);
        rollOut(RolloutRows.app("worker", 0, List.of("exit", "3")));

        List<Placements.Overview> seen =
                database.read(tx -> Placements.overview(tx, rows.projectId));

        assertThat(seen)
                .extracting(Placements.Overview::host)
                .containsExactly("web.localhost", "worker.localhost");
        assertThat(seen).extracting(Placements.Overview::release).containsExactly(1, null);
        assertThat(seen)
                .extracting(Placements.Overview::newest)
                .containsExactly(
                        new Placements.Newest(1, 1, RolloutState.ENDED, Outcome.SUCCEEDED, null),
                        new Placements.Newest(
                                2,
                                1,
                                RolloutState.ENDED,
                                Outcome.FAILED,
                                "worker ended with exit code 3"));
    }

    @Test
    void aVerdictThatWasNotWrittenYetTakesNothingFromTheNextRollout() throws Exception {
        TestClaim first = claim(GOOD);
        new RolloutWork(parts).perform(first); // killed before the attempt's verdict
        TestClaim second = claim(GOOD);
        List<Verdict> again = new ArrayList<>();
        deployer.hook(
                (call, done) -> {
                    if (call.equals("announce") && done) {
                        again.add(performed(first));
                    }
                });

        Verdict verdict = rows.perform(parts, second);

        assertThat(again).extracting(Verdict::outcome).containsExactly(Outcome.SUCCEEDED);
        assertThat(verdict.outcome()).isEqualTo(Outcome.SUCCEEDED);
    }

    private Verdict performed(TestClaim claim) {
        try {
            return new RolloutWork(parts).perform(claim);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aContainerThatCannotStartAgainIsReplaced() throws Exception {
        TestClaim claim = claim(GOOD);
        rows.perform(parts, claim);
        deployer.hook(
                (call, done) -> {
                    if (call.equals("restart")) {
                        throw new Fault(Kind.CONFLICT, "cannot start: its port is taken", "");
                    }
                });
        deployer.end(claim.name().toString(), 0, false);

        supervisor.round();

        String cause =
                database.read(
                        tx ->
                                tx.one(
                                        "select cause from runs order by id desc limit 1",
                                        row -> row.text("cause")));
        assertThat(cause).isEqualTo("its container was gone");
    }

    @Test
    void aReleaseThatIsHealthyInARetryIsNotRejected() throws Exception {
        rollOut(BAD);
        assertThat(rejected(1)).isTrue();

        Release release = database.read(tx -> Releases.byId(tx, rollout(1).releaseId()));
        database.change(
                tx ->
                        tx.update(
                                "update releases set spec = ? where id = ?",
                                new io.slipway.db.Json(Release.JSON.writeValueAsString(GOOD)),
                                release.id()));
        rows.perform(parts, rows.claim(new RolloutSpec(GOOD, "production", null, 1)));

        assertThat(rejected(1)).isFalse();
    }
}
