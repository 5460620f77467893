package io.slipway.engine.queue;

import static io.slipway.engine.queue.Plans.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.Runs;
import io.slipway.engine.run.Verdict;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// What waits is prepared early, and what was prepared in vain is swept.
@ExtendWith(DatabaseExtension.class)
final class PreparationsTest {
    private static final AtomicInteger PROJECTS = new AtomicInteger();

    private final Database database;
    private final Notifications notifications;
    private final RunHistory history;
    private final ScriptedWork work = new ScriptedWork();
    private final Map<JobKind, io.slipway.engine.run.JobWork> kinds = Map.of(JobKind.CHECK, work);
    private final List<AutoCloseable> open = new ArrayList<>();
    private String instance;
    private long project;

    PreparationsTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
        this.history = new RunHistory(database);
    }

    @BeforeEach
    void make() {
        database.change(tx -> tx.update("delete from runs"));
        project = Plans.project(database, "e" + PROJECTS.incrementAndGet());
        instance = new Queue(database, UUID.randomUUID()).instance();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private Preparations preparations() {
        Preparations made = new Preparations(database, instance, kinds);
        open.add(made);
        return made;
    }

    private void dispatcher() {
        open.add(new Dispatcher(database, notifications, UUID.randomUUID(), kinds, run -> {}));
    }

    private AttemptName attempt(Runs.Created run, String job, int number) {
        long id =
                history.jobs(run.id()).stream()
                        .filter(j -> j.name().equals(job))
                        .map(Run.Job::id)
                        .findFirst()
                        .orElseThrow();
        return new AttemptName(instance, id, number);
    }

    @Test
    void aJobThatNeedsAnotherIsPreparedWhileThatRuns() {
        Plans.runner(database, 4);
        CountDownLatch first = new CountDownLatch(1);
        work.on(
                "first",
                claim -> {
                    first.await();
                    return Verdict.succeeded("done");
                });
        dispatcher();
        Runs.Created run = Plans.run(database, project, check("first"), check("next", "first"));
        await().until(() -> work.prepared.contains(attempt(run, "next", 1)));
        assertThat(work.performed).doesNotContain("next/1");
        first.countDown();
        await().until(() -> work.performed.contains("next/1"));
    }

    @Test
    void aJobThatRunsIsNotPrepared() {
        Plans.runner(database, 4);
        Runs.Created run = Plans.run(database, project, check("first"), check("next", "first"));
        assertThat(new Queue(database, UUID.randomUUID()).claim(Set.of(), 1)).hasSize(1);
        Preparations preparations = preparations();
        await().until(
                        () -> {
                            preparations.look();
                            return !work.prepared.isEmpty();
                        });
        assertThat(work.prepared).containsExactly(attempt(run, "next", 1));
    }

    @Test
    void aJobWithoutRoomIsPreparedOnceAndWhatCannotBePreparedStopsNothing() {
        Plans.runner(database, 4);
        Runs.Created run = Plans.run(database, project, check("a"), check("b"));
        database.change(
                tx ->
                        tx.update(
                                """
                                update jobs set spec = jsonb_set(spec, '{image}', '"missing"')
                                where name = 'b'
                                """));
        Preparations preparations = preparations();
        await().until(
                        () -> {
                            preparations.look();
                            return work.prepared.size() >= 2;
                        });
        preparations.look();
        assertThat(work.prepared)
                .containsExactlyInAnyOrder(attempt(run, "a", 1), attempt(run, "b", 1));
        dispatcher();
        await().until(() -> work.performed.containsAll(List.of("a/1", "b/1")));
    }

    @Test
    void nothingIsFetchedForARunThatMayNotRunYet() {
        Plans.runner(database, 4);
        Runs.Created fork = Plans.run(database, project, check("a"), check("b", "a"));
        database.change(
                tx -> tx.update("update runs set source_trust = 'fork' where id = ?", fork.id()));
        Runs.Created own = Plans.run(database, project, check("c"), check("d", "c"));
        Preparations preparations = preparations();
        AttemptName last = attempt(own, "d", 1);
        await().until(
                        () -> {
                            preparations.look();
                            return work.prepared.contains(last);
                        });
        assertThat(work.prepared).doesNotContain(attempt(fork, "a", 1), attempt(fork, "b", 1));
    }

    @Test
    void whatWasPreparedIsKeptForTheJobThatWaitsAndSweptWhenItNeverComes() {
        Plans.runner(database, 4);
        Runs.Created run = Plans.run(database, project, check("a"), check("b", "a"));
        AttemptName waits = attempt(run, "b", 1);
        Set<AttemptName> present = ConcurrentHashMap.newKeySet();
        present.add(waits);
        Leftovers runner =
                new Leftovers() {
                    @Override
                    public Set<AttemptName> present() {
                        return Set.copyOf(present);
                    }

                    @Override
                    public void remove(AttemptName attempt) {
                        present.remove(attempt);
                    }
                };
        try (Sweeper sweeper = new Sweeper(database, kinds, List.of(runner))) {
            sweeper.sweep();
            assertThat(present).containsExactly(waits);
            database.change(tx -> new Runs().cancel(tx, run.id(), "cancelled by anna"));
            sweeper.sweep();
            assertThat(present).isEmpty();
        }
    }
}
