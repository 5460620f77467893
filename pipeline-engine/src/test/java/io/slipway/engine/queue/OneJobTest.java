package io.slipway.engine.queue;

import static io.slipway.engine.queue.Plans.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Run;
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
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// One job of a run is tried again, or ended, and the others are left alone.
@ExtendWith(DatabaseExtension.class)
final class OneJobTest {
    private static final AtomicInteger PROJECTS = new AtomicInteger();

    private final Database database;
    private final Notifications notifications;
    private final RunHistory history;
    private final ScriptedWork work = new ScriptedWork();
    private final Runs runs = new Runs();
    private long project;
    private Dispatcher dispatcher;

    OneJobTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
        this.history = new RunHistory(database);
    }

    @BeforeEach
    void start() {
        Plans.runner(database, 4);
        project = Plans.project(database, "one" + PROJECTS.incrementAndGet());
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

    private Run ended(long id) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> run(id).progress().state() == RunState.ENDED);
        return run(id);
    }

    private Run run(long id) {
        return database.read(tx -> RunHistory.byId(tx, id)).orElseThrow();
    }

    private Run.Job job(long run, String name) {
        return history.jobs(run).stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void oneIsTriedAgainWithWhatNeededItAndHasNotSucceeded() {
        AtomicBoolean works = new AtomicBoolean();
        work.on(
                "b",
                claim ->
                        works.get()
                                ? Verdict.succeeded("")
                                : Verdict.failed(Reason.EXIT_CODE, "exit code 1", Map.of()));
        long id =
                Plans.run(
                                database,
                                project,
                                check("a"),
                                check("b", "a"),
                                check("c", "b"),
                                check("d"))
                        .id();
        assertThat(ended(id).progress().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(job(id, "c").reason()).isEqualTo(Reason.NEEDS);
        work.performed.clear();
        works.set(true);

        database.change(tx -> runs.retryJob(tx, id, "b"));
        assertThat(ended(id).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(work.performed).containsExactly("b/2", "c/1");

        work.performed.clear();
        database.change(tx -> runs.retryJob(tx, id, "a"));
        assertThat(ended(id).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(work.performed).as("what has succeeded is left alone").containsExactly("a/2");

        assertThatThrownBy(() -> database.change(tx -> runs.retryJob(tx, id, "nobody")))
                .isInstanceOf(Fault.class)
                .hasMessageStartingWith("cannot try nobody again");
    }

    @Test
    void oneIsEndedAndTheOthersGoOn() {
        CountDownLatch goesOn = new CountDownLatch(1);
        work.on(
                "slow",
                claim -> {
                    new CountDownLatch(1).await();
                    return Verdict.succeeded("");
                });
        work.on(
                "other",
                claim -> {
                    goesOn.await();
                    return Verdict.succeeded("");
                });
        long id =
                Plans.run(database, project, check("slow"), check("other"), check("after", "slow"))
                        .id();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> work.performed.containsAll(List.of("slow/1", "other/1")));
        assertThat(
                        database.<Boolean>transaction(
                                tx -> runs.cancelJob(tx, id, "slow", "cancelled by anna")))
                .isTrue();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> job(id, "slow").outcome() == Outcome.CANCELLED);
        assertThat(job(id, "other").outcome()).isNull();
        goesOn.countDown();
        assertThat(ended(id).progress().outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(job(id, "other").outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(job(id, "after").reason()).isEqualTo(Reason.NEEDS);
        assertThat(
                        database.<Boolean>transaction(
                                tx -> runs.cancelJob(tx, id, "slow", "cancelled by anna")))
                .isFalse();
    }
}
