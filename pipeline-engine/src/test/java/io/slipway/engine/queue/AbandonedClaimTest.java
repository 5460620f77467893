package io.slipway.engine.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.log.LogReader;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.Runs;
import io.slipway.engine.run.Verdict;
import io.slipway.engine.step.CheckWork;
import io.slipway.engine.step.JobSecrets;
import io.slipway.engine.step.Order;
import io.slipway.engine.step.Runner;
import io.slipway.engine.step.Starter;
import io.slipway.engine.step.TinyTar;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.UUID;

/// A holder vanishes after any byte of the container's output, with or without having stored it,
/// and another goes on: what is stored in the end is the same.
@ExtendWith(DatabaseExtension.class)
final class AbandonedClaimTest {
    private final Database database;
    private final Notifications notifications;

    AbandonedClaimTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
    }

    /// The runner cannot tell how the container ended.
    private static final int UNKNOWN = -1;

    /// A runner of which nothing is asked but to open containers.
    private abstract static class OnlyOpens implements Runner {
        @Override
        public void prepare(AttemptName attempt, Set<String> images, boolean network) {}

        @Override
        public void remove(AttemptName attempt) {}

        @Override
        public Set<AttemptName> present() {
            return Set.of();
        }

        @Override
        public void close() {}
    }

    /// A container whose whole output is known, and whose stream breaks once.
    private static final class BrokenStream extends OnlyOpens {
        private final byte[] stream;
        private final int breaksAt;
        private final int code;
        private boolean broken;

        BrokenStream(byte[] stream, int breaksAt, int code) {
            this.stream = stream;
            this.breaksAt = breaksAt;
            this.code = code;
        }

        @Override
        public RunningSteps open(Order order, long resumeAt, Sink sink) {
            int end = broken ? stream.length : breaksAt;
            if (end > resumeAt) {
                sink.output(stream, (int) resumeAt, (int) (end - resumeAt), end);
            }
            boolean breaks = !broken;
            broken = true;
            return new Ended(breaks, code);
        }
    }

    /// Its first containers wait for their records in vain.
    private static final class Unarmed extends OnlyOpens {
        private final int vain;
        private final byte[] stream;
        private int opened;

        Unarmed(int vain, byte[] stream) {
            this.vain = vain;
            this.stream = stream;
        }

        @Override
        public RunningSteps open(Order order, long resumeAt, Sink sink) {
            opened++;
            sink.starts();
            byte[] said =
                    opened > vain
                            ? stream
                            : "slipway: the records did not arrive\n"
                                    .getBytes(StandardCharsets.UTF_8);
            sink.output(said, 0, said.length, said.length);
            return new Ended(false, opened > vain ? 0 : Starter.NO_RECORDS);
        }
    }

    private record Ended(boolean broken, int code) implements Runner.RunningSteps {
        @Override
        public Runner.Exit await() throws InterruptedException {
            if (broken) {
                throw new InterruptedException("the server was killed here");
            }
            if (code == UNKNOWN) {
                throw new Fault(
                        Fault.Kind.UNAVAILABLE,
                        "its engine was killed while it ran",
                        "retry the run");
            }
            return new Runner.Exit(code, false, 0, 0);
        }

        @Override
        public void stop() {}

        @Override
        public void close() {}
    }

    private Holding claim() {
        Claimed claimed = new Queue(database, UUID.randomUUID()).claim(Set.of(), 1).getFirst();
        return new Holding(database, claimed, System.nanoTime());
    }

    private static CheckWork work(Runner runner) {
        return new CheckWork(
                runner, job -> new TinyTar("a", "b"), "http://localhost", JobSecrets.NONE);
    }

    private static byte[] stream(String nonce) {
        String mark = "\u001eslipway " + nonce + " ";
        return (mark
                        + "ready\n"
                        + mark
                        + "begin 0\none\nä"
                        + mark
                        + "end 0 0\n"
                        + mark
                        + "begin 1\n\u001ex\n"
                        + mark
                        + "end 1 0\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private void check(long project, int breaksAt, boolean flushed) throws Exception {
        Runs.Created run = Plans.run(database, project, Plans.check("a"));
        Holding first = claim();
        byte[] stream = stream(first.nonce());
        Runner runner = new BrokenStream(stream, breaksAt, 0);
        assertThatThrownBy(() -> work(runner).perform(first))
                .isInstanceOf(InterruptedException.class);
        if (flushed) {
            first.ownLog().flush();
        }
        first.ownLog().close();
        database.change(
                tx ->
                        tx.update(
                                "update attempts set lease_until = now() - interval '1 second',"
                                        + " expiries = 0 where state = 'running'"));
        Holding second = claim();
        Verdict verdict = work(runner).perform(second);
        second.ownLog().alongside(tx -> new Verdicts().write(tx, second, verdict));
        second.ownLog().flush();
        second.ownLog().close();

        assertThat(verdict.outcome()).isEqualTo(Outcome.SUCCEEDED);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new LogReader(database, notifications).copy(second.job().attemptId(), out);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("one\nä\n\u001ex\n");
        assertThat(second.log().sourceEnd()).isEqualTo(stream.length);
        RunHistory history = new RunHistory(database);
        assertThat(history.jobs(run.id()).getFirst().outcome()).isEqualTo(Outcome.SUCCEEDED);
        Run.Step step = history.steps(second.job().attemptId()).getFirst();
        assertThat(step.firstLine()).isEqualTo(1);
        assertThat(step.lastLine()).isEqualTo(2);
        assertThat(step.outcome()).isEqualTo(Outcome.SUCCEEDED);
    }

    /// The engine went down with the server: the exit status of the container is not the step's.
    @ParameterizedTest
    @ValueSource(ints = {137, UNKNOWN})
    void aContainerThatWasKilledWhileNobodyFollowedItIsNoFailureOfItsStep(int code)
            throws Exception {
        Plans.runner(database, 1000);
        Runs.Created run =
                Plans.run(database, Plans.project(database, "killed" + code), Plans.check("a"));
        Holding first = claim();
        byte[] whole = stream(first.nonce());
        String text = new String(whole, StandardCharsets.UTF_8);
        byte[] cut = text.substring(0, text.indexOf("ä")).getBytes(StandardCharsets.UTF_8);
        Runner runner = new BrokenStream(cut, cut.length, code);
        assertThatThrownBy(() -> work(runner).perform(first))
                .isInstanceOf(InterruptedException.class);
        first.ownLog().flush();
        first.ownLog().close();
        database.change(
                tx ->
                        tx.update(
                                "update attempts set lease_until = now() - interval '1 second'"
                                        + " where state = 'running'"));
        Holding second = claim();
        Verdict verdict = work(runner).perform(second);
        second.ownLog().alongside(tx -> new Verdicts().write(tx, second, verdict));
        second.ownLog().flush();
        second.ownLog().close();
        assertThat(verdict.outcome()).isEqualTo(Outcome.ERRORED);
        assertThat(verdict.reason()).isEqualTo(Reason.RUNNER_LOST);
        assertThat(verdict.summary()).contains("was killed while");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new LogReader(database, notifications).copy(second.job().attemptId(), out);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo(
                        "one\n"
                                + "slipway: what was printed from here on is lost: the runner was"
                                + " away\n");
        assertThat(new RunHistory(database).jobs(run.id()).getFirst().outcome())
                .isEqualTo(Outcome.ERRORED);
    }

    /// Their server was killed before it handed the records over, and the starter waited for them
    /// in vain: nothing has begun, and the runner makes another container.
    @Test
    void stepsWhoseRecordsDidNotArriveAreStartedOnceMore() throws Exception {
        Plans.runner(database, 1000);
        long project = Plans.project(database, "unarmed");
        for (int vain = 1; vain <= 2; vain++) {
            Runs.Created run = Plans.run(database, project, Plans.check("a"));
            Holding holding = claim();
            Unarmed runner = new Unarmed(vain, stream(holding.nonce()));
            Verdict verdict = work(runner).perform(holding);
            holding.ownLog().alongside(tx -> new Verdicts().write(tx, holding, verdict));
            holding.ownLog().flush();
            holding.ownLog().close();
            assertThat(runner.opened).isEqualTo(2);
            assertThat(verdict.outcome())
                    .isEqualTo(vain == 1 ? Outcome.SUCCEEDED : Outcome.ERRORED);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            new LogReader(database, notifications).copy(holding.job().attemptId(), out);
            assertThat(out.toString(StandardCharsets.UTF_8))
                    .isEqualTo(vain == 1 ? "one\nä\n\u001ex\n" : "");
            assertThat(new RunHistory(database).jobs(run.id()).getFirst().outcome())
                    .isEqualTo(verdict.outcome());
        }
    }

    @Test
    void theLogIsExactWhereverTheFirstHolderVanished() throws Exception {
        Plans.runner(database, 1000);
        long project = Plans.project(database, "broken");
        int length = stream("0".repeat(32)).length;
        for (int breaksAt = 0; breaksAt <= length; breaksAt++) {
            check(project, breaksAt, true);
            check(project, breaksAt, false);
        }
    }
}
