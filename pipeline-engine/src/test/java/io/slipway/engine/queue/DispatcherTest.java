package io.slipway.engine.queue;

import static io.slipway.engine.queue.Plans.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.definition.Problem;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunChanges;
import io.slipway.engine.run.RunEnd;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.RunState;
import io.slipway.engine.run.Runs;
import io.slipway.engine.run.Verdict;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// Runs from their creation to their end, on a real database, with scripted work.
@ExtendWith(DatabaseExtension.class)
final class DispatcherTest {
    private static final AtomicInteger PROJECTS = new AtomicInteger();

    private final Database database;
    private final Notifications notifications;
    private final RunHistory history;
    private final ScriptedWork work = new ScriptedWork();
    private final List<String> ends = new CopyOnWriteArrayList<>();
    private final List<Dispatcher> dispatchers = new CopyOnWriteArrayList<>();
    private long project;

    DispatcherTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
        this.history = new RunHistory(database);
    }

    @BeforeEach
    void project() {
        Plans.runner(database, 4);
        project = Plans.project(database, "p" + PROJECTS.incrementAndGet());
    }

    @AfterEach
    void close() {
        dispatchers.forEach(Dispatcher::close);
    }

    private Dispatcher dispatcher(UUID server) {
        return dispatcher(server, run -> ends.add(run.number() + " " + run.progress().outcome()));
    }

    private Dispatcher dispatcher(UUID server, RunEnd end) {
        Dispatcher made =
                new Dispatcher(database, notifications, server, Map.of(JobKind.CHECK, work), end);
        dispatchers.add(made);
        return made;
    }

    private Run ended(long run) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> history.byId(run).orElseThrow().progress().state() == RunState.ENDED);
        return history.byId(run).orElseThrow();
    }

    private Run.Job job(long run, String name) {
        return history.jobs(run).stream().filter(j -> j.name().equals(name)).findFirst().get();
    }

    private static Verdict failed() {
        return Verdict.failed(Reason.EXIT_CODE, "exit code 1", Map.of("exitCode", 1));
    }

    @Test
    void jobsRunAfterWhatTheyNeedAndTheRunSucceeds() {
        dispatcher(UUID.randomUUID());
        Runs.Created run =
                Plans.run(
                        database,
                        project,
                        check("a"),
                        check("b", "a"),
                        check("c", "a"),
                        check("d", "b", "c"));
        Run seen = ended(run.id());
        assertThat(seen.progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(seen.number()).isEqualTo(1);
        assertThat(work.performed).hasSize(4).startsWith("a/1").endsWith("d/1");
        assertThat(ends).containsExactly("1 SUCCEEDED");
        await().until(() -> work.removed.size() == 4);
        await().untilAsserted(
                        () ->
                                assertThat(history.attempts(run.id()))
                                        .allSatisfy(
                                                attempt ->
                                                        assertThat(attempt.timings())
                                                                .contains(
                                                                        "\"prepare\":",
                                                                        "\"run\":",
                                                                        "\"own\":",
                                                                        "\"remove\":")));
    }

    @Test
    void aFailedJobEndsWhatNeedsItAndTheRunSaysWhy() {
        work.on("test", claim -> failed());
        dispatcher(UUID.randomUUID());
        Runs.Created run =
                Plans.run(
                        database,
                        project,
                        check("test"),
                        check("next", "test"),
                        check("last", "next"),
                        check("other"));
        Run seen = ended(run.id());
        assertThat(seen.progress().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(seen.progress().reason()).isEqualTo("test failed: exit code 1");
        assertThat(job(run.id(), "last").outcome()).isEqualTo(Outcome.SKIPPED);
        assertThat(job(run.id(), "last").reason()).isEqualTo(Reason.NEEDS);
        assertThat(job(run.id(), "other").outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(work.performed).containsExactlyInAnyOrder("test/1", "other/1");
    }

    @Test
    void aMistakeOfSlipwaysOwnEndsItsJobAndStopsNothingElse() {
        work.on(
                "broken",
                claim -> {
                    throw new StackOverflowError("deep");
                });
        dispatcher(UUID.randomUUID());
        Runs.Created run = Plans.run(database, project, check("broken"), check("other"));
        Run seen = ended(run.id());
        assertThat(seen.progress().outcome()).isEqualTo(Outcome.ERRORED);
        assertThat(job(run.id(), "broken").reason()).isEqualTo(Reason.INTERNAL);
        assertThat(job(run.id(), "other").outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(work.performed).containsExactlyInAnyOrder("broken/1", "other/1");
    }

    @Test
    void aRunWithProblemsHasFailedAndOneWithoutJobsHasSucceeded() {
        dispatcher(UUID.randomUUID());
        Problem problem =
                new Problem(".slipway.yml", 3, 5, "jobs", "no such key 'x'", "take it out");
        Run wrong = ended(Plans.wrong(database, project, problem).id());
        assertThat(wrong.progress().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(wrong.progress().reason())
                .isEqualTo(".slipway.yml:3:5: jobs: no such key 'x': take it out");
        assertThat(wrong.findings().problems()).containsExactly(problem);
        Run empty = ended(Plans.run(database, project).id());
        assertThat(empty.progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(ends).containsExactlyInAnyOrder("1 FAILED", "2 SUCCEEDED");
    }

    @Test
    void aRetryRunsWhatFailedAndWhatNeededItAndSucceeds() {
        AtomicInteger tries = new AtomicInteger();
        work.on("test", claim -> tries.incrementAndGet() == 1 ? failed() : Verdict.succeeded(""));
        dispatcher(UUID.randomUUID());
        Runs.Created run =
                Plans.run(database, project, check("a"), check("test", "a"), check("b", "test"));
        ended(run.id());
        database.change(tx -> new Runs().retry(tx, run.id(), true));
        await().until(() -> ends.size() == 2);
        Run seen = ended(run.id());
        assertThat(seen.progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(work.performed).containsExactly("a/1", "test/1", "test/2", "b/1");
        assertThat(ends).containsExactly("1 FAILED", "1 SUCCEEDED");
    }

    @Test
    void cancelReachesWhatRunsWhatIsQueuedAndWhatWaits() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        work.on(
                "long",
                claim -> {
                    begun.countDown();
                    new CountDownLatch(1).await();
                    return failed();
                });
        dispatcher(UUID.randomUUID());
        Runs.Created run = Plans.run(database, project, check("long"), check("next", "long"));
        begun.await();
        boolean cancelled =
                database.transaction(tx -> new Runs().cancel(tx, run.id(), "cancelled by anna"));
        assertThat(cancelled).isTrue();
        Run seen = ended(run.id());
        assertThat(seen.progress().outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(seen.progress().reason()).isEqualTo("long was cancelled: cancelled by anna");
        await().until(() -> work.removed.size() == 1);
    }

    @Test
    void aTimeLimitEndsAJob() {
        work.on(
                "slow",
                claim -> {
                    claim.steps().declare(List.of("one"));
                    claim.steps().begin(0, Instant.now());
                    new CountDownLatch(1).await();
                    return failed();
                });
        dispatcher(UUID.randomUUID());
        Runs.Created run = Plans.run(database, project, check("slow", Duration.ofMillis(300)));
        Run seen = ended(run.id());
        assertThat(seen.progress().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(job(run.id(), "slow").reason()).isEqualTo(Reason.TIMEOUT);
        assertThat(history.steps(history.attempts(run.id()).getFirst().id()).getFirst().outcome())
                .isEqualTo(Outcome.FAILED);
    }

    @Test
    void aGracefulStopHandsOverAndAnotherServerGoesOn() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        work.on(
                "long",
                claim -> {
                    claim.log().line("call " + calls.incrementAndGet());
                    if (claim.fence() == 1) {
                        begun.countDown();
                        new CountDownLatch(1).await();
                    }
                    assertThat(claim.log().nextLine()).isEqualTo(3);
                    return Verdict.succeeded("adopted");
                });
        Dispatcher first = dispatcher(UUID.randomUUID());
        Runs.Created run = Plans.run(database, project, check("long"));
        begun.await();
        long before = System.nanoTime();
        first.close();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
        dispatcher(UUID.randomUUID());
        assertThat(ended(run.id()).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(work.performed).containsExactly("long/1", "long/1");
    }

    @Test
    void whatErroredBecauseSomethingWasAwayIsTriedAgainAndThenErrored() {
        work.on(
                "pull",
                claim -> {
                    throw new Fault(Fault.Kind.UNAVAILABLE, "cannot pull x: no answer", "wait");
                });
        dispatcher(UUID.randomUUID());
        Runs.Created run = Plans.run(database, project, check("pull"));
        Run seen = ended(run.id());
        assertThat(seen.progress().outcome()).isEqualTo(Outcome.ERRORED);
        assertThat(seen.progress().reason()).isEqualTo("pull errored: cannot pull x: no answer");
        assertThat(work.performed).containsExactly("pull/1", "pull/2", "pull/3");
    }

    @Test
    void whatMayHaveRunAlreadyIsNotTriedAgainByItself() {
        work.on(
                "lost",
                claim -> {
                    claim.steps().declare(List.of("one"));
                    claim.steps().begin(0, Instant.now());
                    return Verdict.errored(Reason.RUNNER_LOST, "the container is gone", Map.of());
                });
        dispatcher(UUID.randomUUID());
        Runs.Created run = Plans.run(database, project, check("lost"));
        assertThat(ended(run.id()).progress().outcome()).isEqualTo(Outcome.ERRORED);
        assertThat(work.performed).containsExactly("lost/1");
    }

    @Test
    void aRunIsEndedAgainAfterAFaultOfWhatFollows() {
        AtomicInteger calls = new AtomicInteger();
        dispatcher(
                UUID.randomUUID(),
                run -> {
                    if (calls.incrementAndGet() < 2) {
                        throw new Fault(Fault.Kind.UNAVAILABLE, "cannot move main: locked", "");
                    }
                });
        Runs.Created run = Plans.run(database, project, check("a"));
        assertThat(ended(run.id()).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(calls).hasValue(2);
    }

    @Test
    void slotsLimitWhatRunsAtOnce() {
        Plans.runner(database, 2);
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ScriptedWork.Script script =
                (Claim claim) -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    Thread.sleep(20);
                    now.decrementAndGet();
                    return Verdict.succeeded("");
                };
        for (int i = 0; i < 8; i++) {
            work.on("j" + i, script);
        }
        dispatcher(UUID.randomUUID());
        Runs.Created run =
                Plans.run(
                        database,
                        project,
                        check("j0"),
                        check("j1"),
                        check("j2"),
                        check("j3"),
                        check("j4"),
                        check("j5"),
                        check("j6"),
                        check("j7"));
        ended(run.id());
        assertThat(most).hasValue(2);
    }

    @Test
    void aJobWhoseHoldersVanishThreeTimesIsPutAside() {
        Runs.Created run = Plans.run(database, project, check("poison"));
        UUID server = UUID.randomUUID();
        for (int i = 0; i < 3; i++) {
            assertThat(new Queue(database, server).claim(Set.of(), 1)).hasSize(1);
        }
        dispatcher(server);
        Run seen = ended(run.id());
        assertThat(seen.progress().outcome()).isEqualTo(Outcome.ERRORED);
        assertThat(seen.progress().reason())
                .isEqualTo("poison errored: put aside: the server that ran it went away 3 times");
        assertThat(work.performed).isEmpty();
        await().until(() -> work.removed.size() == 1);
    }

    @Test
    void aJobThatCannotEvenBeEndedIsPutAsideAndNotTriedForEver() {
        database.change(
                tx -> {
                    tx.update(
                            """
                            create function broken() returns trigger language plpgsql as $$
                            begin
                                raise exception 'no chunk is taken';
                            end $$
                            """);
                    tx.update(
                            """
                            create trigger broken before insert on log_chunks
                            for each row execute function broken()
                            """);
                });
        work.on(
                "unwritable",
                claim -> {
                    claim.log().line("never stored");
                    return Verdict.succeeded("");
                });
        dispatcher(UUID.randomUUID());
        Runs.Created run = Plans.run(database, project, check("unwritable"));
        assertThat(ended(run.id()).progress().outcome()).isEqualTo(Outcome.ERRORED);
        assertThat(work.performed).hasSize(3);
        database.change(tx -> tx.update("drop trigger broken on log_chunks"));
    }

    @Test
    void aJobThatDoesNotStopWhenToldIsEndedWithoutItsDriver() {
        CountDownLatch never = new CountDownLatch(1);
        ScriptedWork.Script deaf =
                claim -> {
                    claim.steps().declare(List.of("one"));
                    claim.steps().begin(0, Instant.now());
                    while (true) {
                        try {
                            never.await();
                        } catch (InterruptedException e) {
                            // it does not listen
                        }
                    }
                };
        work.on("stuck", deaf).on("slow", deaf);
        Dispatcher dispatcher = dispatcher(UUID.randomUUID());
        Runs.Created run = Plans.run(database, project, check("stuck"));
        Runs.Created slow = Plans.run(database, project, check("slow", Duration.ofMillis(300)));
        await().until(() -> work.performed.size() == 2);
        database.change(tx -> new Runs().cancel(tx, run.id(), "cancelled by anna"));
        Run seen = ended(run.id());
        assertThat(seen.progress().outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(ended(slow.id()).progress().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(job(slow.id(), "slow").reason()).isEqualTo(Reason.TIMEOUT);
        await().until(() -> work.removed.size() == 2);
        assertThat(dispatcher.driving()).isZero();
    }

    /// Its lease is renewed no more, and this very server may take it again.
    @Test
    void aLostJobWhoseDriverDoesNotStopIsTakenUpAgain() {
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger times = new AtomicInteger();
        work.on(
                "stuck",
                claim -> {
                    while (times.incrementAndGet() == 1 && end.getCount() > 0) {
                        try {
                            end.await();
                        } catch (InterruptedException e) {
                            times.set(0); // it does not listen
                        }
                    }
                    return Verdict.succeeded("at the second time");
                });
        dispatcher(UUID.randomUUID());
        Runs.Created run = Plans.run(database, project, check("stuck"));
        await().until(() -> times.get() == 1);
        database.change(
                tx ->
                        tx.update(
                                """
                                update attempts
                                set fence = fence + 1, server_id = null,
                                    lease_until = clock_timestamp() - interval '1 second'
                                where state = 'running'
                                """));
        Run seen = ended(run.id());
        assertThat(seen.progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        end.countDown();
    }

    @Test
    void whoWatchesARunIsWokenAndReadsItsProgress() {
        work.on(
                "pull",
                claim -> {
                    claim.progress("pulls busybox, 1 of 2 MB");
                    return Verdict.succeeded("");
                });
        try (RunChanges changes = new RunChanges(notifications)) {
            Runs.Created run = Plans.run(database, project, check("pull"));
            try (RunChanges.Watch watch = changes.watch(run.id())) {
                dispatcher(UUID.randomUUID());
                List<String> lines = new CopyOnWriteArrayList<>();
                await().atMost(Duration.ofSeconds(10))
                        .until(
                                () -> {
                                    watch.await(Duration.ofMillis(500));
                                    watch.progress().forEach(p -> lines.add(p.line()));
                                    return !lines.isEmpty();
                                });
                assertThat(lines).containsExactly("pulls busybox, 1 of 2 MB");
            }
            ended(run.id());
        }
    }
}
