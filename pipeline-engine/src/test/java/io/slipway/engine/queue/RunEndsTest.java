package io.slipway.engine.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.RunState;
import io.slipway.engine.run.Runs;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// Of several servers one does what follows a run's last job.
@ExtendWith(DatabaseExtension.class)
final class RunEndsTest {
    private final Database database;

    RunEndsTest(Database database) {
        this.database = database;
    }

    private RunEnds server() {
        return new RunEnds(database, UUID.randomUUID(), run -> {});
    }

    private Runs.Created finishing(String project) {
        return Plans.run(database, Plans.project(database, project));
    }

    private List<Long> claimed(RunEnds ends) {
        return ends.claim().stream().map(Run::id).toList();
    }

    private void timePasses() {
        database.change(
                tx ->
                        tx.update(
                                """
                                update runs
                                set finishing_until = clock_timestamp() - interval '1 second'
                                where state = 'finishing'
                                """));
    }

    @Test
    void whatOneServerHasInHandAnotherTakesOnlyWhenItsTimeIsOver() {
        Runs.Created run = finishing("ends-once");

        assertThat(claimed(server())).contains(run.id());
        assertThat(claimed(server())).doesNotContain(run.id());
        timePasses();
        assertThat(claimed(server())).contains(run.id());
    }

    @Test
    void whoWasReplacedEndsNothing() {
        Runs.Created run = finishing("ends-late");
        RunEnds first = server();
        Run held =
                first.claim().stream()
                        .filter(one -> one.id() == run.id())
                        .findFirst()
                        .orElseThrow();
        timePasses();
        RunEnds second = server();
        List<Run> taken = second.claim();

        first.end(held);
        assertThat(state(run)).isEqualTo(RunState.FINISHING);
        taken.forEach(second::end);
        assertThat(state(run)).isEqualTo(RunState.ENDED);
    }

    @Test
    void whatTakesLongIsNotBegunASecondTime() throws Exception {
        Runs.Created run = finishing("ends-slowly");
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        AtomicInteger times = new AtomicInteger();
        RunEnds slow =
                new RunEnds(
                        database,
                        UUID.randomUUID(),
                        ended -> {
                            times.incrementAndGet();
                            begun.countDown();
                            try {
                                goesOn.await();
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        });
        Run held =
                slow.claim().stream().filter(one -> one.id() == run.id()).findFirst().orElseThrow();
        Thread first = Thread.ofVirtual().start(() -> slow.end(held));
        begun.await();
        timePasses();
        assertThat(claimed(slow)).contains(run.id());
        slow.end(held);
        assertThat(times).hasValue(1);
        assertThat(claimed(server())).as("it was taken anew").doesNotContain(run.id());
        goesOn.countDown();
        first.join();
        assertThat(state(run)).isEqualTo(RunState.ENDED);
    }

    private RunState state(Runs.Created run) {
        return database.read(tx -> RunHistory.byId(tx, run.id())).orElseThrow().progress().state();
    }
}
