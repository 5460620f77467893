package io.slipway.engine.queue;

import static io.slipway.engine.queue.Plans.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.graph.Condition;
import io.slipway.engine.graph.Retry;
import io.slipway.engine.plan.CheckSpec;
import io.slipway.engine.plan.PlannedJob;
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
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// `when` and `retry` of jobs, on a real database, with scripted work.
@ExtendWith(DatabaseExtension.class)
final class ConditionsOfJobsTest {
    private static final AtomicInteger PROJECTS = new AtomicInteger();

    private final Database database;
    private final RunHistory history;
    private final ScriptedWork work = new ScriptedWork();
    private final Notifications notifications;
    private Dispatcher dispatcher;
    private long project;

    ConditionsOfJobsTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
        this.history = new RunHistory(database);
    }

    @BeforeEach
    void make() {
        Plans.runner(database, 4);
        project = Plans.project(database, "w" + PROJECTS.incrementAndGet());
        dispatcher =
                new Dispatcher(
                        database,
                        notifications,
                        UUID.randomUUID(),
                        Map.of(JobKind.CHECK, work),
                        run -> {});
    }

    @AfterEach
    void close() {
        dispatcher.close();
    }

    private static PlannedJob when(Condition outcome, String name, String... needs) {
        PlannedJob job = check(name, needs);
        return new PlannedJob(name, job.spec(), job.needs(), new PlannedJob.When(outcome, null));
    }

    private static PlannedJob skipped(String name, String why, String... needs) {
        PlannedJob job = check(name, needs);
        return new PlannedJob(
                name, job.spec(), job.needs(), new PlannedJob.When(Condition.SUCCESS, why));
    }

    private static PlannedJob retried(String name, Retry retry, String... needs) {
        CheckSpec spec = (CheckSpec) check(name).spec();
        return new PlannedJob(
                name,
                new CheckSpec(
                        spec.image(),
                        spec.steps(),
                        spec.env(),
                        spec.directory(),
                        spec.resources(),
                        spec.network(),
                        spec.timeout(),
                        Map.of(),
                        retry,
                        null,
                        null,
                        null,
                        null),
                List.of(needs));
    }

    private static Verdict failed() {
        return Verdict.failed(Reason.EXIT_CODE, "exit code 1", Map.of("exitCode", 1));
    }

    private Run ended(Runs.Created run) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(10))
                .until(
                        () ->
                                history.byId(run.id()).orElseThrow().progress().state()
                                        == RunState.ENDED);
        return history.byId(run.id()).orElseThrow();
    }

    /// `name outcome: summary` of each job.
    private List<String> jobs(Runs.Created run) {
        return history.jobs(run.id()).stream()
                .map(
                        job ->
                                job.name()
                                        + " "
                                        + job.outcome()
                                        + (job.outcome() == Outcome.SKIPPED
                                                ? " " + job.reason() + ": " + job.summary()
                                                : ""))
                .toList();
    }

    @Test
    void whatCleansUpRunsAfterAFailureAndTheRunStaysFailed() {
        work.on("test", claim -> failed());
        Runs.Created run =
                Plans.run(
                        database,
                        project,
                        check("test"),
                        check("deploy", "test"),
                        check("later", "deploy"),
                        when(Condition.FAILURE, "tidy", "deploy"),
                        when(Condition.ALWAYS, "tell", "later"),
                        check("told", "tell"));
        assertThat(ended(run).progress().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(jobs(run))
                .containsExactly(
                        "test FAILED",
                        "deploy SKIPPED NEEDS: needs test, which failed",
                        "later SKIPPED NEEDS: needs test, which failed",
                        "tidy SUCCEEDED",
                        "tell SUCCEEDED",
                        "told SUCCEEDED");
    }

    @Test
    void whatWaitsForAFailureIsSkippedWithoutOneAndCountsAsPassed() {
        Runs.Created run =
                Plans.run(
                        database,
                        project,
                        check("test"),
                        when(Condition.FAILURE, "tidy", "test"),
                        when(Condition.FAILURE, "more", "tidy"),
                        when(Condition.ALWAYS, "tell", "tidy"),
                        check("last", "more"));
        assertThat(ended(run).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(jobs(run))
                .containsExactly(
                        "test SUCCEEDED",
                        "tidy SKIPPED CONDITION: nothing that it needs has failed",
                        "more SKIPPED CONDITION: nothing that it needs has failed",
                        "tell SUCCEEDED",
                        "last SUCCEEDED");
    }

    @Test
    void whatWaitsForAFailureWaitsForTheEndOfAllItNeeds() {
        work.on("fast", claim -> failed());
        work.on(
                "slow",
                claim -> {
                    await().until(
                                    () ->
                                            history.jobs(claim.job().runId()).getFirst().outcome()
                                                    == Outcome.FAILED);
                    return Verdict.succeeded("");
                });
        Runs.Created run =
                Plans.run(
                        database,
                        project,
                        check("fast"),
                        check("slow"),
                        when(Condition.FAILURE, "tidy", "fast", "slow"));
        ended(run);
        assertThat(work.performed).endsWith("tidy/1").hasSize(3);
    }

    @Test
    void whatIsSkippedWhenPlannedPassesAndIsNeverTriedAgain() {
        work.on("test", claim -> failed());
        Runs.Created run =
                Plans.run(
                        database,
                        project,
                        check("test"),
                        skipped("docs", "nothing of docs/** has changed"),
                        check("after", "docs"),
                        when(Condition.FAILURE, "tidy", "test"));
        ended(run);
        assertThat(jobs(run))
                .containsExactly(
                        "test FAILED",
                        "docs SKIPPED CONDITION: nothing of docs/** has changed",
                        "after SUCCEEDED",
                        "tidy SUCCEEDED");
        work.on("test", claim -> Verdict.succeeded(""));
        database.change(tx -> new Runs().retry(tx, run.id(), true));
        assertThat(ended(run).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(jobs(run))
                .containsExactly(
                        "test SUCCEEDED",
                        "docs SKIPPED CONDITION: nothing of docs/** has changed",
                        "after SUCCEEDED",
                        "tidy SKIPPED CONDITION: nothing that it needs has failed");
        database.change(tx -> new Runs().retry(tx, run.id(), false));
        ended(run);
        assertThat(work.performed).doesNotContain("docs/1", "docs/2").contains("after/2");
    }

    @Test
    void aRunInWhichEverythingIsSkippedHasPassed() {
        Runs.Created run = Plans.run(database, project, skipped("docs", "only for tag v*"));
        assertThat(ended(run).progress().outcome()).isEqualTo(Outcome.SKIPPED);
        assertThat(work.performed).isEmpty();
    }

    @Test
    void aFailedJobIsTriedAgainOnlyAsTheFileSays() {
        work.on(
                "flaky",
                claim -> claim.name().attempt() < 2 ? failed() : Verdict.succeeded("at last"));
        work.on("other", claim -> failed());
        Runs.Created run =
                Plans.run(
                        database,
                        project,
                        retried("flaky", new Retry(2, true, true)),
                        retried("other", new Retry(2, true, false)),
                        check("next", "flaky"));
        assertThat(ended(run).progress().reason()).isEqualTo("other failed: exit code 1");
        assertThat(jobs(run)).contains("flaky SUCCEEDED", "next SUCCEEDED");
        assertThat(history.attempts(run.id()).stream().map(a -> a.outcome().name()))
                .containsExactly("FAILED", "SUCCEEDED", "FAILED", "SUCCEEDED");
    }

    /// Whoever drives an attempt learns of a cancel later than the database does.
    @Test
    void aRunThatWasCancelledBeginsNothingMore() {
        work.on(
                "flaky",
                claim -> {
                    askForTheEnd(claim);
                    return failed();
                });
        Runs.Created flaky =
                Plans.run(database, project, retried("flaky", new Retry(2, true, true)));
        assertThat(ended(flaky).progress().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(work.performed).containsExactly("flaky/1");
        work.on(
                "writer",
                claim -> {
                    claim.add(List.of(check("written")));
                    askForTheEnd(claim);
                    return Verdict.succeeded("");
                });
        Runs.Created writer = Plans.run(database, project, check("writer"), check("b", "writer"));
        assertThat(ended(writer).progress().outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(jobs(writer)).containsExactly("writer CANCELLED", "b CANCELLED");
        assertThat(history.attempts(writer.id()).getFirst().summary()).isEqualTo("by anna");
        assertThat(work.performed).containsExactly("flaky/1", "writer/1");
    }

    /// As [Runs#cancel], without its notification.
    private void askForTheEnd(Claim claim) {
        database.change(
                tx -> {
                    tx.update(
                            """
                            update attempts set cancel_at = now(), cancel_reason = 'by anna'
                            where id = ?
                            """,
                            claim.job().attemptId());
                    tx.update(
                            """
                            update jobs
                            set state = 'ended', outcome = 'cancelled', reason = 'cancelled',
                                waits = null, ended_at = now()
                            where run_id = ? and state = 'waiting'
                            """,
                            claim.job().runId());
                });
    }

    @Test
    void whatAJobLeftBeforeIsNotWhatItLeavesWhenItIsSkipped() {
        List<Map<String, String>> received = new CopyOnWriteArrayList<>();
        work.on(
                "b",
                claim -> {
                    claim.leave(Map.of("V", "1"), "");
                    return Verdict.succeeded("");
                });
        work.on(
                "c",
                claim -> {
                    received.add(claim.received());
                    return Verdict.succeeded("");
                });
        Runs.Created run =
                Plans.run(
                        database,
                        project,
                        check("a"),
                        check("b", "a"),
                        when(Condition.ALWAYS, "c", "b"));
        ended(run);
        work.on("a", claim -> failed());
        database.change(tx -> new Runs().retry(tx, run.id(), false));
        ended(run);
        assertThat(received).containsExactly(Map.of("V", "1"), Map.of());
    }

    @Test
    void whatJobsLeaveReachesOnlyThoseThatNeedThem() {
        work.on(
                "a",
                claim -> {
                    claim.leave(Map.of("V", "a\u20ac = x ", "A", "1"), "");
                    return Verdict.succeeded("");
                });
        work.on(
                "b",
                claim -> {
                    assertThat(claim.received()).containsEntry("V", "a\u20ac = x ");
                    claim.leave(Map.of("V", "b"), "");
                    return Verdict.succeeded("");
                });
        work.on(
                "c",
                claim -> {
                    assertThat(claim.received()).isEqualTo(Map.of("V", "b", "A", "1"));
                    return Verdict.succeeded("");
                });
        work.on(
                "d",
                claim -> {
                    assertThat(claim.received()).isEmpty();
                    return Verdict.succeeded("");
                });
        Runs.Created run =
                Plans.run(
                        database,
                        project,
                        check("a"),
                        check("b", "a"),
                        check("c", "a", "b"),
                        check("d"));
        assertThat(ended(run).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
    }
}
