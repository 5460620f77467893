package io.slipway.engine.queue;

import static io.slipway.engine.queue.Plans.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.Claim.Ended;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.JobWork;
import io.slipway.engine.run.Jobs;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.Runs;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// Whoever holds a run and its attempts holds the run first, and the attempts in the order of their
/// ids: nobody waits for somebody who waits for them.
@ExtendWith(DatabaseExtension.class)
final class LockOrderTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private final Database database;

    LockOrderTest(Database database) {
        this.database = database;
        Plans.runner(database, 10);
    }

    private boolean isFree(String sql, long id) {
        return database.<Boolean>transaction(
                tx -> tx.first(sql + " for update skip locked", row -> true, id).isPresent());
    }

    private long waiting() {
        return Counts.number(
                database,
                """
                select count(*) as n from pg_locks w
                join pg_stat_activity s on s.pid = w.pid
                where not w.granted and s.datname = current_database()
                    and w.pid in (select l.pid from pg_locks l
                        where l.relation in ('runs'::regclass, 'attempts'::regclass))
                """);
    }

    @Test
    void aVerdictWaitsForACancelBeforeItHoldsTheAttempt() throws InterruptedException {
        Runs.Created run = Plans.run(database, Plans.project(database, "order"), check("a"));
        Queue queue = new Queue(database, UUID.randomUUID());
        Claimed claimed = queue.claim(Set.of(), 1).getFirst();
        ScriptedWork work = new ScriptedWork();
        Map<JobKind, JobWork> all = Map.of(JobKind.CHECK, work);
        Driver driver = new Driver(queue, all, new Removals(database, queue.instance(), all));
        Holding holding = new Holding(database, claimed, System.nanoTime());
        AtomicBoolean free = new AtomicBoolean();
        Thread verdict = Thread.ofVirtual().unstarted(() -> driver.force(holding, () -> {}));
        try {
            database.change(
                    tx -> {
                        Jobs.hold(tx, run.id());
                        holding.end(Ended.CANCELLED, "a test");
                        holding.log().line("the last line");
                        verdict.start();
                        await().atMost(LONG).until(() -> waiting() > 0);
                        free.set(
                                isFree(
                                        "select 1 from attempts where id = ?",
                                        claimed.job().attemptId()));
                        new Runs().cancel(tx, run.id(), "by a test");
                    });
            assertThat(verdict.join(LONG)).isTrue();
        } finally {
            holding.ownLog().close();
        }
        assertThat(free).as("it holds the attempt while it waits for the run").isTrue();
        assertThat(new RunHistory(database).jobs(run.id()).getFirst().outcome())
                .isEqualTo(Outcome.CANCELLED);
    }

    @Test
    void whatOnlyRefersToARunWaitsForNobodyWhoHoldsIt() {
        Runs.Created run = Plans.run(database, Plans.project(database, "refers"), check("a"));
        database.change(
                tx -> {
                    Jobs.hold(tx, run.id());
                    assertThat(
                                    database.<Boolean>transaction(
                                            other ->
                                                    other.first(
                                                                    """
                                                                    select 1 from runs where id = ?
                                                                    for key share skip locked
                                                                    """,
                                                                    row -> true,
                                                                    run.id())
                                                            .isPresent()))
                            .isTrue();
                });
    }

    /// Of two attempts the lower one is held first, whichever was given or is found first.
    @Test
    void leasesAreRenewedInTheOrderOfTheAttempts() throws InterruptedException {
        Runs.Created run = twoJobs("leases");
        holdsTheLowerOneFirst(run, holdings -> new Leases(database).renew(holdings));
    }

    @Test
    void attemptsAreCancelledInTheirOrder() throws InterruptedException {
        Runs.Created run = twoJobs("cancels");
        holdsTheLowerOneFirst(
                run, _ -> database.change(tx -> new Runs().cancel(tx, run.id(), "by a test")));
    }

    private Runs.Created twoJobs(String project) {
        return Plans.run(database, Plans.project(database, project), check("b"), check("a"));
    }

    private void holdsTheLowerOneFirst(Runs.Created run, Consumer<List<Holding>> change)
            throws InterruptedException {
        List<Holding> holdings =
                new Queue(database, UUID.randomUUID())
                        .claim(Set.of(), 10).stream()
                                .filter(one -> one.job().runId() == run.id())
                                .map(one -> new Holding(database, one, System.nanoTime()))
                                .sorted(Comparator.comparing(one -> -one.job().attemptId()))
                                .toList();
        Claim.Job higher = holdings.getFirst().job();
        Claim.Job lower = holdings.getLast().job();
        // Behind the higher one in the tables' files as well, as its job's name is.
        database.change(
                tx -> {
                    tx.update("update attempts set turn = turn where id = ?", lower.attemptId());
                    tx.update("update jobs set name = name where id = ?", lower.id());
                });
        Thread thread = Thread.ofVirtual().unstarted(() -> change.accept(holdings));
        try {
            database.change(
                    tx -> {
                        tx.one(
                                "select id from attempts where id = ? for update",
                                row -> true,
                                lower.attemptId());
                        thread.start();
                        await().atMost(LONG).until(() -> waiting() > 0);
                        assertThat(
                                        isFree(
                                                "select 1 from attempts where id = ?",
                                                higher.attemptId()))
                                .as("it holds the higher one while it waits for the lower")
                                .isTrue();
                    });
            assertThat(thread.join(LONG)).isTrue();
        } finally {
            holdings.forEach(one -> one.ownLog().close());
        }
    }
}
