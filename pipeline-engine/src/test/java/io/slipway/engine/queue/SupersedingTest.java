package io.slipway.engine.queue;

import static io.slipway.engine.queue.Plans.check;
import static io.slipway.engine.queue.Plans.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.graph.Concurrency;
import io.slipway.engine.graph.Concurrency.Policy;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.run.Runs;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/// Which runs a newer one of their group ends, in one look at the rows.
@ExtendWith(DatabaseExtension.class)
final class SupersedingTest {
    private static final AtomicInteger PROJECTS = new AtomicInteger();

    private final Database database;
    private long project;

    SupersedingTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void project() {
        database.change(tx -> tx.update("delete from runs"));
        Plans.runner(database, 100);
        project = Plans.project(database, "newer" + PROJECTS.incrementAndGet());
    }

    private Runs.Created run(Policy policy, PlannedJob... jobs) {
        return Plans.run(database, project, new Concurrency("main", policy), jobs);
    }

    /// One of which a server drives a job.
    private Runs.Created running(Policy policy, PlannedJob... jobs) {
        Runs.Created run = run(policy, jobs);
        assertThat(new Queue(database, UUID.randomUUID()).claim(Set.of(), 1)).hasSize(1);
        return run;
    }

    private boolean isEnded(Runs.Created run) {
        return Counts.number(
                        database,
                        """
                        select count(*) as n from attempts a join jobs j on j.id = a.job_id
                        where j.run_id = ? and (a.cancel_at is not null or a.state = 'ended')
                        """,
                        run.id())
                > 0;
    }

    private void look() {
        new Superseding(database).look();
    }

    @Test
    void aNewerOneEndsWhatRuns() {
        Runs.Created old = running(Policy.CANCEL_RUNNING, check("a"));
        look();
        assertThat(isEnded(old)).isFalse();
        Runs.Created newer = run(Policy.CANCEL_RUNNING, check("a"));
        look();
        assertThat(isEnded(old)).isTrue();
        assertThat(isEnded(newer)).isFalse();
    }

    @Test
    void ofThoseThatWaitTheNewestStaysAndWhatRunsGoesOn() {
        Runs.Created runs = running(Policy.LATEST, check("a"));
        Runs.Created waits = run(Policy.LATEST, check("a"));
        Runs.Created newest = run(Policy.LATEST, check("a"));
        look();
        assertThat(isEnded(runs)).isFalse();
        assertThat(isEnded(waits)).isTrue();
        assertThat(isEnded(newest)).isFalse();
    }

    @Test
    void ofAQueueNoneIsEnded() {
        running(Policy.QUEUE, check("a"));
        Runs.Created waits = run(Policy.QUEUE, check("a"));
        run(Policy.QUEUE, check("a"));
        look();
        assertThat(isEnded(waits)).isFalse();
    }

    @Test
    void oneThatWasAskedForLaterIsNotEndedForItsLowerNumber() {
        running(Policy.LATEST, check("a"));
        Runs.Created again = run(Policy.LATEST, check("a"));
        run(Policy.LATEST, check("a"));
        database.change(
                tx ->
                        tx.update(
                                """
                                update runs set concurrency_turn = concurrency_turn + 10
                                where id = ?
                                """,
                                again.id()));
        look();
        assertThat(isEnded(again)).isFalse();
    }

    /// Its rollout began after somebody had seen that it may be ended.
    @Test
    void whatRollsOutByNowIsNotEnded() {
        Runs.Created old = running(Policy.CANCEL_RUNNING, rollout("app"), check("after", "app"));
        Runs.Created newer = run(Policy.CANCEL_RUNNING, check("a"));
        assertThat(
                        database.<Boolean>transaction(
                                tx -> new Runs().supersede(tx, old.id(), newer.number())))
                .as("a part of it was ended")
                .isFalse();
    }
}
