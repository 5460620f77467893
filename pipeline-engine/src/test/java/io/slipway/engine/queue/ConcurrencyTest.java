package io.slipway.engine.queue;

import static io.slipway.engine.queue.Plans.check;
import static io.slipway.engine.queue.Plans.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.graph.Concurrency;
import io.slipway.engine.graph.Concurrency.Policy;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.project.Projects;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.RunState;
import io.slipway.engine.run.Runs;
import io.slipway.engine.run.Verdict;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// Runs that wait for runs, on a real database, with two dispatchers.
@Timeout(60)
@ExtendWith(DatabaseExtension.class)
final class ConcurrencyTest {
    private static final AtomicInteger PROJECTS = new AtomicInteger();

    private final Database database;
    private final Notifications notifications;
    private final RunHistory history;
    private final ScriptedWork work = new ScriptedWork();
    private final List<Dispatcher> dispatchers = new CopyOnWriteArrayList<>();

    /// Runs whose job `held` may end.
    private final Map<Integer, CountDownLatch> latches = new ConcurrentHashMap<>();

    private long project;

    ConcurrencyTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
        this.history = new RunHistory(database);
    }

    @BeforeEach
    void start() {
        Plans.runner(database, 8);
        project = Plans.project(database, "c" + PROJECTS.incrementAndGet());
        work.on("held", this::held).on("app", this::held);
        for (int i = 0; i < 2; i++) {
            dispatchers.add(
                    new Dispatcher(
                            database,
                            notifications,
                            UUID.randomUUID(),
                            Map.of(JobKind.CHECK, work, JobKind.ROLLOUT, work),
                            run -> {}));
        }
    }

    @AfterEach
    void close() {
        latches.values().forEach(CountDownLatch::countDown);
        dispatchers.forEach(Dispatcher::close);
    }

    private Verdict held(Claim claim) throws InterruptedException {
        latch(claim.job().runNumber()).await();
        return Verdict.succeeded("done");
    }

    private CountDownLatch latch(int run) {
        return latches.computeIfAbsent(run, number -> new CountDownLatch(1));
    }

    private Runs.Created run(Policy policy, PlannedJob... jobs) {
        return Plans.run(database, project, new Concurrency("main", policy), jobs);
    }

    private Run run(Runs.Created run) {
        return history.byId(run.id()).orElseThrow();
    }

    private Run.Job job(Runs.Created run) {
        return history.jobs(run.id()).getFirst();
    }

    private void runs(Runs.Created run) {
        await().until(() -> job(run).state() == io.slipway.engine.run.JobState.RUNNING);
    }

    private Run ended(Runs.Created run) {
        await().until(() -> run(run).progress().state() == RunState.ENDED);
        return run(run);
    }

    private void waitsFor(Runs.Created run, String which) {
        await().untilAsserted(
                        () -> {
                            assertThat(job(run).waits()).isEqualTo("concurrency");
                            assertThat(job(run).waitsDetail()).isEqualTo(which);
                        });
    }

    @Test
    void ofAQueueOneAfterTheOther() {
        Runs.Created one = run(Policy.QUEUE, check("held"));
        runs(one);
        Runs.Created two = run(Policy.QUEUE, check("held"));
        Runs.Created three = run(Policy.QUEUE, check("held"));
        Runs.Created alone = Plans.run(database, project, check("a"));
        ended(alone);
        waitsFor(two, "run 1");
        waitsFor(three, "run 1");

        latch(1).countDown();
        runs(two);
        waitsFor(three, "run 2");
        latch(2).countDown();
        latch(3).countDown();

        assertThat(ended(three).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(work.performed).filteredOn("held/1"::equals).hasSize(3);
    }

    @Test
    void ofThoseThatWaitTheNewestStays() {
        Runs.Created one = run(Policy.LATEST, check("held"));
        runs(one);
        Runs.Created two = run(Policy.LATEST, check("a"), check("b", "a"));
        waitsFor(two, "run 1");
        Runs.Created three = run(Policy.LATEST, check("a"));

        Run replaced = ended(two);
        assertThat(replaced.progress().outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(replaced.progress().reason()).isEqualTo("superseded by run 3");
        assertThat(history.jobs(two.id()))
                .extracting(Run.Job::reason)
                .containsOnly(Reason.SUPERSEDED);
        waitsFor(three, "run 1");
        latch(1).countDown();

        assertThat(ended(one).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(ended(three).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(work.performed).containsExactlyInAnyOrder("held/1", "a/1");
    }

    @Test
    void aNewerOneCancelsWhatRunsAndBeginsWhenThatHasEnded() {
        Runs.Created one = run(Policy.CANCEL_RUNNING, check("held"), check("b", "held"));
        runs(one);

        Runs.Created two = run(Policy.CANCEL_RUNNING, check("a"));

        assertThat(ended(one).progress().reason()).isEqualTo("superseded by run 2");
        assertThat(job(one).reason()).isEqualTo(Reason.SUPERSEDED);
        assertThat(ended(two).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(run(one).progress().endedAt()).isBefore(job(two).times().startedAt());
    }

    @Test
    void aRunThatRollsOutIsNotCancelled() {
        Runs.Created one = run(Policy.CANCEL_RUNNING, rollout("app"), check("after", "app"));
        runs(one);

        Runs.Created two = run(Policy.CANCEL_RUNNING, check("a"));
        waitsFor(two, "run 1");
        latch(1).countDown();

        assertThat(ended(one).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(ended(two).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(work.performed).containsExactly("app/1", "after/1", "a/1");
    }

    @Test
    void aRetryStandsAtTheEndOfTheLine() {
        work.on("fails", claim -> Verdict.failed(Reason.EXIT_CODE, "exit code 1", Map.of()));
        Runs.Created one = run(Policy.QUEUE, check("fails"));
        ended(one);
        Runs.Created two = run(Policy.QUEUE, check("held"));
        runs(two);

        database.change(tx -> new Runs().retry(tx, one.id(), true));
        waitsFor(one, "run 2");
        latch(2).countDown();

        ended(one);
        assertThat(work.performed).containsExactly("fails/1", "held/1", "fails/2");
    }

    @Test
    void aRetryOfAnOlderRunReplacesNoNewerOneAndIsNotReplacedByOne() {
        work.on("fails", claim -> Verdict.failed(Reason.EXIT_CODE, "exit code 1", Map.of()));
        Runs.Created one = run(Policy.LATEST, check("fails"));
        ended(one);
        Runs.Created two = run(Policy.LATEST, check("held"));
        runs(two);
        Runs.Created three = run(Policy.LATEST, check("a"));
        waitsFor(three, "run 2");

        database.change(tx -> new Runs().retry(tx, one.id(), true));
        waitsFor(one, "run 2");
        latch(2).countDown();

        assertThat(ended(three).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(ended(one).progress().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(work.performed).containsExactly("fails/1", "held/1", "a/1", "fails/2");
    }

    @Test
    void otherGroupsAndOtherProjectsDoNotWait() {
        runs(run(Policy.QUEUE, check("held")));
        long other = Plans.project(database, "c" + PROJECTS.incrementAndGet());

        Runs.Created elsewhere =
                Plans.run(database, other, new Concurrency("main", Policy.QUEUE), check("a"));
        Runs.Created feature =
                Plans.run(database, project, new Concurrency("x", Policy.QUEUE), check("a"));

        assertThat(Set.of(ended(elsewhere).progress(), ended(feature).progress()))
                .extracting(Run.Progress::outcome)
                .containsOnly(Outcome.SUCCEEDED);
    }

    @Test
    void aPausedProjectSaysSoAndGoesOnWhenItIsResumed() {
        database.change(tx -> Projects.setPaused(tx, project, true));
        Runs.Created run = run(Policy.QUEUE, check("a"));
        await().untilAsserted(() -> assertThat(job(run).waits()).isEqualTo("pause"));

        database.change(tx -> Projects.setPaused(tx, project, false));

        assertThat(ended(run).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
    }
}
