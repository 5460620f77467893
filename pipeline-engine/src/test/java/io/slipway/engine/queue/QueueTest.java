package io.slipway.engine.queue;

import static io.slipway.engine.queue.Plans.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.ClaimLost;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.Runs;
import io.slipway.engine.run.Verdict;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/// The claim and its guards, on a real database.
@ExtendWith(DatabaseExtension.class)
final class QueueTest {
    private static final AtomicInteger PROJECTS = new AtomicInteger();

    private final Database database;
    private final List<Holding> holdings = new ArrayList<>();

    QueueTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void empty() {
        database.change(
                tx -> {
                    tx.update("delete from runs");
                    tx.update("update projects set turn = 0");
                });
        Plans.runner(database, 10_000);
    }

    @AfterEach
    void close() {
        holdings.forEach(holding -> holding.ownLog().close());
    }

    private long project() {
        return Plans.project(database, "q" + PROJECTS.incrementAndGet());
    }

    private static PlannedJob[] jobs(int count) {
        return IntStream.range(0, count).mapToObj(i -> check("j" + i)).toArray(PlannedJob[]::new);
    }

    private Queue queue() {
        return new Queue(database, UUID.randomUUID());
    }

    private Holding hold(Claimed claimed) {
        Holding holding = new Holding(database, claimed, System.nanoTime());
        holdings.add(holding);
        return holding;
    }

    private void write(Holding holding, Verdict verdict) {
        database.change(tx -> new Verdicts().write(tx, holding, verdict));
    }

    private void expire(Claimed claimed) {
        database.change(
                tx ->
                        tx.update(
                                "update attempts set lease_until = now() - interval '1 second'"
                                        + " where id = ?",
                                claimed.job().attemptId()));
    }

    @Test
    void ofManyServersEachAttemptHasOneThatGotIt() throws Exception {
        Plans.run(database, project(), jobs(300));
        ConcurrentLinkedQueue<Long> claimed = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Queue queue = queue();
            threads.add(
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        List<Claimed> got = queue.claim(Set.of(), 7);
                                        List<Long> held = new ArrayList<>();
                                        while (!got.isEmpty()) {
                                            got.forEach(one -> held.add(one.job().attemptId()));
                                            got = queue.claim(held, 7);
                                        }
                                        claimed.addAll(held);
                                    }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(claimed).hasSize(300).doesNotHaveDuplicates();
    }

    /// Whoever is slow to take one, or was stopped while it did, is not waited for.
    @Test
    void whatOneServerIsTakingHoldsNoOtherUp() {
        Plans.run(database, project(), jobs(2));
        database.change(
                tx -> {
                    tx.one(
                            """
                            select id from attempts where state = 'queued'
                            order by turn, id limit 1 for update
                            """,
                            row -> true);
                    CompletableFuture<List<Claimed>> other =
                            CompletableFuture.supplyAsync(
                                    () -> queue().claim(Set.of(), 1),
                                    claim -> Thread.ofVirtual().start(claim));
                    assertThat(other)
                            .as("it waits for the one that is being taken")
                            .succeedsWithin(Duration.ofSeconds(10))
                            .asInstanceOf(InstanceOfAssertFactories.LIST)
                            .hasSize(1);
                });
    }

    @Test
    void whatIsTriedAgainLaterWaitsUntilThen() {
        Plans.run(database, project(), check("a"));
        String later =
                "update attempts set not_before = clock_timestamp() + ? * interval '1 minute'"
                        + " where state = 'queued'";
        database.change(tx -> tx.update(later, 5));
        assertThat(queue().claim(Set.of(), 10)).isEmpty();
        database.change(tx -> tx.update(later, -5));
        assertThat(queue().claim(Set.of(), 10)).hasSize(1);
    }

    @Test
    void anotherProjectsFirstJobIsNotHeldUpByThousands() {
        long busy = project();
        Plans.run(database, busy, jobs(9_000));
        Queue queue = queue();
        List<Claimed> before = queue.claim(Set.of(), 20);
        assertThat(before).hasSize(20);
        Plans.run(database, project(), check("first"), check("second"));
        List<Long> held = before.stream().map(one -> one.job().attemptId()).toList();
        List<Claimed> next = queue.claim(held, 6);
        assertThat(next.stream().map(one -> one.job().name()))
                .filteredOn(name -> !name.startsWith("j"))
                .containsExactly("first", "second");
    }

    @Test
    void aProjectThatWasBusyBeforeIsNotHeldBackWhenTheQueueWasEmpty() {
        long busy = project();
        Plans.run(database, busy, jobs(200));
        Queue queue = queue();
        List<Long> held = new ArrayList<>();
        List<Claimed> taken;
        do {
            taken = queue.claim(held, Queue.MOST);
            taken.forEach(one -> held.add(one.job().attemptId()));
        } while (!taken.isEmpty());
        Plans.run(database, project(), jobs(50));
        Plans.run(database, busy, check("again"));
        assertThat(queue.claim(held, 4).stream().map(one -> one.job().name())).contains("again");
    }

    @Test
    void theGateHoldsBackAPausedProjectAndSourcesNobodyApproved() {
        long paused = project();
        Plans.run(database, paused, check("paused"));
        database.change(tx -> tx.update("update projects set paused = true where id = ?", paused));
        Runs.Created fork = Plans.run(database, project(), check("fork"));
        database.change(
                tx ->
                        tx.update(
                                "update runs set source_trust = 'fork', approved_commit = 'other'"
                                        + " where id = ?",
                                fork.id()));
        Runs.Created file = Plans.run(database, project(), check("file"));
        database.change(
                tx ->
                        tx.update(
                                """
                                update runs
                                set source_trust = 'fork', approved_commit = commit,
                                    definition_sha256 = '\\x01', approved_definition = '\\x02'
                                where id = ?
                                """,
                                file.id()));
        Queue queue = queue();
        assertThat(queue.claim(Set.of(), 10)).isEmpty();
        database.change(
                tx -> {
                    tx.update("update projects set paused = false where id = ?", paused);
                    tx.update("update runs set approved_commit = commit where id = ?", fork.id());
                    tx.update(
                            "update runs set approved_definition = definition_sha256 where id = ?",
                            file.id());
                });
        assertThat(queue.claim(Set.of(), 10)).hasSize(3);
    }

    @Test
    void ofAForkOnlyTrustedAuthorsBeginWithoutAWord() {
        long known = project();
        foreign(known, "trusted", "7", false, false);
        foreign(known, "stranger", "8", false, false);
        foreign(known, "nobody known", null, false, false);
        foreign(known, "own file", "7", false, true);
        foreign(known, "member", "9", true, false);
        long other = project();
        foreign(other, "trusted elsewhere", "7", false, false);
        long members = project();
        foreign(members, "their member", "9", true, false);
        foreign(members, "not theirs", "8", false, false);
        database.change(
                tx -> {
                    tx.update(
                            "insert into trusted_authors (project_id, forge_id, login)"
                                    + " values (?, '7', 'ann')",
                            known);
                    tx.update("update projects set trusts_members = true where id = ?", members);
                });
        Queue queue = queue();
        List<Claimed> begun = queue.claim(Set.of(), 10);
        assertThat(begun)
                .extracting(one -> one.job().name())
                .containsExactlyInAnyOrder("trusted", "their member");
        database.change(tx -> tx.update("update projects set trusts_members = true"));
        List<Long> held = begun.stream().map(one -> one.job().attemptId()).toList();
        assertThat(queue.claim(held, 10))
                .extracting(one -> one.job().name())
                .containsExactly("member");
    }

    private void foreign(
            long project, String job, @Nullable String author, boolean member, boolean own) {
        Runs.Created run = Plans.run(database, project, check(job));
        database.change(
                tx ->
                        tx.update(
                                """
                                update runs
                                set source_trust = 'fork', author_id = ?, author_member = ?,
                                    own_definition = ?
                                where id = ?
                                """,
                                author,
                                member,
                                own,
                                run.id()));
    }

    @Test
    void aNewAttemptWaitsUntilTheOldOnesThingsAreGone() {
        Runs.Created run = Plans.run(database, project(), check("a"));
        Queue queue = queue();
        Holding first = hold(queue.claim(Set.of(), 1).getFirst());
        write(first, Verdict.failed(Reason.EXIT_CODE, "exit code 1", Map.of()));
        database.change(tx -> tx.update("update runs set state = 'ended' where id = ?", run.id()));
        database.change(tx -> new Runs().retry(tx, run.id(), true));
        assertThat(queue.claim(Set.of(), 10)).isEmpty();
        database.change(
                tx ->
                        tx.update(
                                "update attempts set removed_at = now()"
                                        + " where state = 'ended'"));
        assertThat(queue.claim(Set.of(), 10)).hasSize(1);
    }

    @Test
    void anExpiredLeaseIsTakenOverWithAHigherFenceAndTheOldHolderIsRefused() {
        Runs.Created run = Plans.run(database, project(), check("a"));
        Claimed first = queue().claim(Set.of(), 1).getFirst();
        Holding old = hold(first);
        old.steps().declare(List.of("one"));
        old.log().flush();
        assertThat(queue().claim(Set.of(), 1)).isEmpty();
        expire(first);
        Claimed second = queue().claim(Set.of(), 1).getFirst();
        assertThat(second.fence()).isEqualTo(first.fence() + 1);
        assertThat(second.nonce()).isEqualTo(first.nonce());
        assertThat(second.past().expiries()).isEqualTo(1);

        assertThatThrownBy(() -> write(old, Verdict.succeeded("stale")))
                .isInstanceOf(ClaimLost.class);
        old.steps().begin(0, Instant.now());
        assertThatThrownBy(() -> old.log().flush()).isInstanceOf(ClaimLost.class);
        assertThat(old.ended()).contains(Claim.Ended.LOST);
        assertThat(new RunHistory(database).steps(first.job().attemptId()).getFirst().firstLine())
                .isNull();
        assertThat(new Leases(database).renew(List.of(old))).isEmpty();

        Holding now = hold(second);
        now.steps().end(0, Outcome.SUCCEEDED, 0, null, Instant.now());
        now.log().flush();
        write(now, Verdict.succeeded("done"));
        assertThat(new RunHistory(database).jobs(run.id()).getFirst().outcome())
                .isEqualTo(Outcome.SUCCEEDED);
        assertThatThrownBy(() -> write(hold(second), Verdict.succeeded("twice")))
                .isInstanceOf(ClaimLost.class);
    }

    @Test
    void aSuccessIsNoneWhereAStepHasNotToldItsEnd() {
        Runs.Created run = Plans.run(database, project(), check("a"));
        Holding holding = hold(queue().claim(Set.of(), 1).getFirst());
        holding.steps().declare(List.of("one"));
        holding.steps().begin(0, Instant.now());
        holding.log().flush();
        write(holding, Verdict.succeeded("1 step"));
        assertThat(new RunHistory(database).jobs(run.id()).getFirst().outcome())
                .isEqualTo(Outcome.ERRORED);
    }

    @Test
    void anEarlierProcessOfTheSameServerIsReplacedAtOnce() {
        Plans.run(database, project(), check("a"));
        UUID server = UUID.randomUUID();
        Claimed first = new Queue(database, server).claim(Set.of(), 1).getFirst();
        assertThat(new Queue(database, server).claim(Set.of(first.job().attemptId()), 1)).isEmpty();
        Claimed second = new Queue(database, server).claim(Set.of(), 1).getFirst();
        assertThat(second.fence()).isEqualTo(2);
    }

    @Test
    void whoTakesOverKnowsThatAStepMayHaveBegunUnheard() {
        Runs.Created run = Plans.run(database, project(), check("a"));
        Holding first = hold(queue().claim(Set.of(), 1).getFirst());
        assertThat(first.mayHaveBegun()).isFalse();
        first.mayRun();
        expire(first.claimed());
        Holding second = hold(queue().claim(Set.of(), 1).getFirst());
        assertThat(second.mayHaveBegun()).isTrue();
        write(second, Verdict.errored(Reason.RUNNER_LOST, "the engine is away", Map.of()));
        assertThat(new RunHistory(database).jobs(run.id()).getFirst().outcome())
                .as("it is not repeated")
                .isEqualTo(Outcome.ERRORED);
    }

    @Test
    void whatSomebodyElseHasIsNotStarted() {
        Plans.run(database, project(), check("a"));
        Holding first = hold(queue().claim(Set.of(), 1).getFirst());
        expire(first.claimed());
        Holding second = hold(queue().claim(Set.of(), 1).getFirst());
        assertThatThrownBy(first::mayRun).isInstanceOf(ClaimLost.class);
        assertThat(second.mayHaveBegun()).isFalse();
        write(second, Verdict.errored(Reason.RUNNER_LOST, "the engine is away", Map.of()));
    }

    @Test
    void whatIsHandedOverCountsAsNoExpiry() {
        Plans.run(database, project(), check("a"));
        Queue queue = queue();
        Claimed first = queue.claim(Set.of(), 1).getFirst();
        assertThat(queue.giveBack(first.job().attemptId(), first.fence())).isTrue();
        Claimed second = queue().claim(Set.of(), 1).getFirst();
        assertThat(second.past().expiries()).isZero();
        assertThat(queue.giveBack(first.job().attemptId(), first.fence())).isFalse();
        assertThat(
                        Counts.number(
                                database,
                                "select fence as n from attempts where id = ?",
                                first.job().attemptId()))
                .isEqualTo(2);
    }

    @Test
    void twoNeedsThatEndAtOnceReleaseTheirDependentOnce() throws Exception {
        for (int round = 0; round < 20; round++) {
            Runs.Created run =
                    Plans.run(database, project(), check("a"), check("b"), check("c", "a", "b"));
            List<Claimed> both = queue().claim(Set.of(), 2);
            List<Thread> threads = new ArrayList<>();
            for (Claimed one : both) {
                Holding holding = hold(one);
                threads.add(Thread.ofVirtual().start(() -> write(holding, Verdict.succeeded(""))));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(
                            Counts.number(
                                    database,
                                    """
                                    select count(*) as n
                                    from attempts a
                                    join jobs j on j.id = a.job_id
                                    where j.run_id = ? and j.name = 'c' and a.state = 'queued'
                                    """,
                                    run.id()))
                    .isEqualTo(1);
            queue().claim(Set.of(), 10);
        }
    }
}
