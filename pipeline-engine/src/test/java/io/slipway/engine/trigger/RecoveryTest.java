package io.slipway.engine.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.gate.HostOwners;
import io.slipway.engine.plan.Planner;
import io.slipway.engine.project.Projects;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.Runs;
import io.slipway.engine.source.Branches.Move;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Repositories;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/// A server may be killed after each write; what the next start makes of it.
@ExtendWith(DatabaseExtension.class)
final class RecoveryTest {
    private static final String MAIN = "refs/heads/main";
    private static final Planning REAL = Planning.by(new Planner(HostOwners.NOBODY));

    @TempDir Path temp;
    private final Database database;
    private final UUID server = UUID.randomUUID();
    private Repositories repositories;
    private long project;
    private long principal;
    private CommitId commit;

    RecoveryTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void source(TestInfo test) throws IOException {
        String name = "p" + Math.abs(test.getDisplayName().hashCode());
        PushSource source = PushSource.make(database, temp, name, "apps: {}\n");
        repositories = source.repositories();
        project = source.project();
        principal = source.principal();
        commit = source.commit();
    }

    private Pushes pushes(Planning planning) {
        return pushes(planning, server);
    }

    private Pushes pushes(Planning planning, UUID by) {
        return new Pushes(
                database, repositories, planning, new Runs(), new Pushes.Here(by, "localhost"));
    }

    private Push push(
            String ref, @Nullable CommitId from, @Nullable CommitId to, String... options) {
        return new Push(
                UUID.randomUUID(),
                project,
                principal,
                false,
                List.of(options),
                List.of(new Push.Change(ref, from, to)),
                id -> false);
    }

    /// As a server leaves it that is killed once the row is there, and perhaps the decision.
    private void received(Push push, @Nullable Boolean gated) {
        database.change(
                tx -> {
                    UUID id = Deliveries.receive(tx, push, server).getFirst();
                    if (gated != null) {
                        Deliveries.decide(tx, id, gated, server);
                    }
                });
    }

    private String delivery() {
        return database.read(
                tx ->
                        tx.one(
                                """
                                select state || ' ' || coalesce(result, '-') as s
                                from deliveries where project_id = ?
                                """,
                                row -> row.text("s"),
                                project));
    }

    private long runs() {
        return Counts.number(
                database, "select count(*) as n from runs where project_id = ?", project);
    }

    private void move(String ref) {
        repositories.branches(project).move(List.of(new Move(ref, null, commit)), true);
    }

    private Run run() {
        return new RunHistory(database).byNumber(project, 1).orElseThrow();
    }

    @Test
    void killedBeforeTheDecisionItIsDropped() {
        received(push(MAIN, null, commit), null);
        pushes(REAL).recover();
        assertThat(delivery()).isEqualTo("settled none");
        assertThat(runs()).isZero();
        assertThat(repositories.at(project, MAIN)).isEmpty();
    }

    @Test
    void killedBeforeTheRunOfAWaitingBranchItIsDropped() {
        received(push(MAIN, null, commit), true);
        pushes(REAL).recover();
        assertThat(delivery()).isEqualTo("settled none");
        assertThat(runs()).isZero();
    }

    @Test
    void killedBeforeTheMoveItIsDropped() {
        received(push("refs/heads/feature", null, commit), false);
        pushes(REAL).recover();
        assertThat(delivery()).isEqualTo("settled none");
        assertThat(runs()).isZero();
    }

    @Test
    void killedAfterTheMoveItIsPlannedOnce() {
        received(push("refs/heads/feature", null, commit), false);
        move("refs/heads/feature");
        pushes(REAL).recover();
        pushes(REAL).recover();
        assertThat(delivery()).isEqualTo("settled moved");
        assertThat(runs()).isEqualTo(1);
        assertThat(repositories.at(project, "refs/slipway/runs/1")).contains(commit);
    }

    @Test
    void killedAfterAMoveThatStartsNothingItIsSettled() {
        received(push("refs/heads/feature", null, commit, "slipway.skip"), false);
        move("refs/heads/feature");
        pushes(REAL).recover();
        assertThat(delivery()).isEqualTo("settled moved");
        assertThat(runs()).isZero();
    }

    @Test
    void killedAfterADeleteItIsSettled() {
        received(push("refs/tags/v1", commit, null), false);
        pushes(REAL).recover();
        assertThat(delivery()).isEqualTo("settled moved");
        assertThat(runs()).isZero();
    }

    @Test
    void killedBetweenTheBranchsMoveAndItsRowTheBranchStaysMoved() {
        Ruling ruling = pushes(REAL).receive(push(MAIN, null, commit)).getFirst();
        assertThat(ruling).isInstanceOf(Ruling.Waits.class);
        assertThat(delivery()).isEqualTo("planned -");
        pushes(REAL).recover();
        assertThat(delivery()).as("a planned one is the run's").isEqualTo("planned -");
        database.change(tx -> tx.update("update runs set outcome = 'succeeded'"));
        move(MAIN);
        Settlement settlement = new Settlement(database, repositories);
        settlement.ended(run());
        settlement.ended(run());
        assertThat(delivery()).isEqualTo("settled moved");
        assertThat(repositories.at(project, MAIN)).contains(commit);
        assertThat(database.read(tx -> Projects.find(tx, project)).orElseThrow().defaultBranch())
                .isEqualTo("main");
    }

    @Test
    void aRunThatIsTriedAgainMovesTheBranchAfterAll() {
        pushes(REAL).receive(push(MAIN, null, commit));
        Settlement settlement = new Settlement(database, repositories);
        database.change(
                tx -> tx.update("update runs set outcome = 'failed', reason = 'test failed: x'"));
        settlement.ended(run());
        assertThat(delivery()).isEqualTo("settled refused");
        database.change(tx -> tx.update("update runs set outcome = 'succeeded', reason = null"));
        settlement.ended(run());
        assertThat(delivery()).isEqualTo("settled moved");
        assertThat(repositories.at(project, MAIN)).contains(commit);
    }

    @Test
    void aPushThatCannotBePlannedIsDropped() {
        Planning away =
                (request, tree, inclusions) -> {
                    throw new Fault(Fault.Kind.UNAVAILABLE, "cannot plan: away", "try again");
                };
        assertThatThrownBy(() -> pushes(away).receive(push(MAIN, null, commit)))
                .isInstanceOf(Fault.class);
        assertThat(delivery()).isEqualTo("settled none");
        assertThat(repositories.at(project, MAIN)).isEmpty();
    }

    @Test
    void whatAnotherServerIsAboutToTakeIsLeftToIt() {
        UUID other = UUID.randomUUID();
        received(push(MAIN, null, commit), null);
        try (Presence lives = new Presence(database, server, "test")) {
            assertThat(lives).isNotNull();
            pushes(REAL, other).recover();
            assertThat(delivery()).isEqualTo("received -");
        }
    }

    @Test
    void whatAServerLeftThatIsGoneIsEndedByAnother() {
        received(push(MAIN, null, commit), null);
        new Presence(database, server, "test").close();
        database.change(
                tx ->
                        tx.update(
                                "update servers set seen_at = now() - interval '61 seconds'"
                                        + " where id = ?",
                                server));
        pushes(REAL, UUID.randomUUID()).recover();
        assertThat(delivery()).isEqualTo("settled none");
    }

    @Test
    void whatHasMovedIsNotRefusedByWhoComesLater() {
        received(push(MAIN, null, commit), true);
        UUID id =
                database.read(
                        tx ->
                                tx.one(
                                        "select id from deliveries where project_id = ?",
                                        row -> row.uuid("id"),
                                        project));
        database.change(tx -> Deliveries.settle(tx, id, Deliveries.Result.MOVED, ""));
        database.change(tx -> Deliveries.settle(tx, id, Deliveries.Result.REFUSED, "it failed"));
        assertThat(delivery()).isEqualTo("settled moved");
    }

    @Test
    void aPushThatAnotherServerTookOverMovesNothing() {
        // Another branch than the default one moves at once.
        database.change(
                tx ->
                        tx.update(
                                "update projects set default_branch = 'main' where id = ?",
                                project));
        Planning slow =
                (request, tree, inclusions) -> {
                    database.change(
                            tx -> Deliveries.takeOver(tx, UUID.randomUUID(), Duration.ZERO));
                    return REAL.plan(request, tree, inclusions);
                };
        Push push = push("refs/heads/feature", null, commit);
        assertThatThrownBy(() -> pushes(slow).receive(push))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("another server took it for abandoned");
        assertThat(repositories.at(project, "refs/heads/feature")).isEmpty();
        assertThat(runs()).isZero();
    }

    @Test
    void aRefThatAFailedTransactionLeftIsTheNextRuns() {
        repositories.keepRun(project, 1, commit);
        pushes(REAL).receive(push(MAIN, null, commit));
        assertThat(repositories.at(project, "refs/slipway/runs/1")).contains(commit);
    }
}
