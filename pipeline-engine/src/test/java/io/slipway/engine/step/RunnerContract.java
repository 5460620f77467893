package io.slipway.engine.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.engine.plan.Resources;
import io.slipway.engine.plan.StepSpec;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.ClaimLost;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// What every [Runner] does. A test class of a runner extends this one.
@Timeout(value = 120, unit = TimeUnit.SECONDS)
public abstract class RunnerContract {
    private static final String NONCE = "0123456789abcdef0123456789abcdef";
    private static final AtomicLong JOBS = new AtomicLong(System.nanoTime() / 1000);

    private final List<AttemptName> used = new ArrayList<>();

    /// The runner under test; the same for all calls within one test.
    protected abstract Runner runner();

    /// Reference of an image that has a shell and the usual programs (`busybox`), present already.
    protected abstract String image();

    /// 8 hexadecimal digits.
    protected abstract String instance();

    @AfterEach
    final void removeAll() {
        used.forEach(runner()::remove);
    }

    private AttemptName name() {
        AttemptName name = new AttemptName(instance(), JOBS.incrementAndGet(), 1);
        used.add(name);
        return name;
    }

    private Order order(AttemptName name, String... scripts) {
        return orderOf(name, image(), scripts);
    }

    private Order orderOf(AttemptName name, String image, String... scripts) {
        List<StepSpec> steps =
                Arrays.stream(scripts)
                        .map(script -> new StepSpec(script, script, Map.of(), ""))
                        .toList();
        return new Order(
                name,
                image,
                new Resources(1000, 64L << 20, 64),
                false,
                Map.of("project", "contract", "run", "1", "fence", "1"),
                new TinyTar("hello.txt", "from the sources\n"),
                Starter.records(NONCE, Map.of("GREETING", "hello\n 'you'"), "", steps));
    }

    private static MarkedText marked(CollectedOutput output) {
        return MarkedText.of(NONCE, output.bytes());
    }

    @Test
    final void stepsRunOnTheSourcesAndTheOutputIsExact() throws Exception {
        CollectedOutput output = new CollectedOutput(0);
        Order order =
                order(
                        name(),
                        "cat hello.txt; echo err >&2",
                        "printf '%s|' \"$GREETING\"; echo made > file; cat file",
                        "exit 7",
                        "echo never");
        try (Runner.RunningSteps running = runner().open(order, 0, output)) {
            assertThat(running.await().code()).isEqualTo(7);
        }
        MarkedText text = marked(output);
        assertThat(text.text()).isEqualTo("from the sources\nerr\nhello\n 'you'|made\n");
        assertThat(text.events)
                .containsExactly(
                        "ready", "begin 0", "end 0 0", "begin 1", "end 1 0", "begin 2", "end 2 7");
    }

    @Test
    final void aContainerThatRunsIsAdoptedAtTheExactByte() throws Exception {
        AttemptName name = name();
        Order order =
                order(
                        name,
                        "echo first; while [ ! -e go ] && [ $((i = i + 1)) -lt 3 ]; do sleep 1;"
                                + " done; echo second");
        CollectedOutput first = new CollectedOutput(0);
        Runner.RunningSteps before = runner().open(order, 0, first);
        first.awaitText("first\n");
        before.close();
        long resumeAt = first.end();
        CollectedOutput second = new CollectedOutput(resumeAt);
        try (Runner.RunningSteps running = runner().open(order, resumeAt, second)) {
            assertThat(running.await().code()).isZero();
        }
        MarkedText text = MarkedText.of(NONCE, first.bytesUpTo(resumeAt).with(second.bytes()));
        assertThat(text.text()).isEqualTo("first\nsecond\n");
        assertThat(text.events).containsExactly("ready", "begin 0", "end 0 0");
    }

    @Test
    final void aContainerThatHasEndedIsAdoptedFromAnyByte() throws Exception {
        Order order = order(name(), "echo one; echo two", "exit 3");
        CollectedOutput whole = new CollectedOutput(0);
        try (Runner.RunningSteps running = runner().open(order, 0, whole)) {
            running.await();
        }
        byte[] all = whole.bytes();
        for (int from : new int[] {0, 1, all.length / 2, all.length - 1, all.length}) {
            CollectedOutput rest = new CollectedOutput(from);
            try (Runner.RunningSteps running = runner().open(order, from, rest)) {
                assertThat(running.await().code()).isEqualTo(3);
            }
            assertThat(rest.bytes()).isEqualTo(Arrays.copyOfRange(all, from, all.length));
        }
    }

    @Test
    final void stopEndsWhatRuns() throws Exception {
        CollectedOutput output = new CollectedOutput(0);
        try (Runner.RunningSteps running =
                runner().open(order(name(), "echo begun; sleep 600"), 0, output)) {
            output.awaitText("begun\n");
            long from = System.nanoTime();
            running.stop();
            assertThat(running.await().code()).isNotZero();
            assertThat(System.nanoTime() - from).isLessThan(TimeUnit.SECONDS.toNanos(15));
        }
    }

    @Test
    final void anInterruptEndsTheWaitAndNotTheContainer() throws Exception {
        Order order = order(name(), "echo begun; sleep 2; echo ended");
        CollectedOutput output = new CollectedOutput(0);
        Runner.RunningSteps running = runner().open(order, 0, output);
        output.awaitText("begun\n");
        Thread.currentThread().interrupt();
        assertThatThrownBy(running::await).isInstanceOf(InterruptedException.class);
        running.close();
        CollectedOutput again = new CollectedOutput(0);
        try (Runner.RunningSteps adopted = runner().open(order, 0, again)) {
            assertThat(adopted.await().code()).isZero();
        }
        assertThat(marked(again).text()).isEqualTo("begun\nended\n");
    }

    @Test
    final void removeLeavesNothingAndMayBeRepeated() throws Exception {
        AttemptName name = name();
        CollectedOutput output = new CollectedOutput(0);
        Runner.RunningSteps running =
                runner().open(order(name, "echo begun; sleep 600"), 0, output);
        output.awaitText("begun\n");
        running.close();
        assertThat(runner().present()).contains(name);
        runner().remove(name);
        assertThat(runner().present()).doesNotContain(name);
        runner().remove(name);
        runner().remove(new AttemptName(instance(), JOBS.incrementAndGet(), 1));
    }

    @Test
    final void aContainerWhoseStepsHaveBegunIsNeverMadeAnew() throws Exception {
        AttemptName name = name();
        Order order = order(name, "true");
        CollectedOutput output = new CollectedOutput(0);
        try (Runner.RunningSteps running = runner().open(order, 0, output)) {
            running.await();
        }
        runner().remove(name);
        assertThatThrownBy(() -> runner().open(order, output.end(), new CollectedOutput(0)))
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault -> assertThat(fault.kind()).isEqualTo(Fault.Kind.NOT_FOUND));
    }

    @Test
    final void aHolderThatFindsTheNameFreeButLostItsClaimRunsNothing() throws Exception {
        AttemptName name = name();
        Order order = order(name, "echo ran");
        Order lost =
                new Order(
                        name,
                        order.image(),
                        order.resources(),
                        order.network(),
                        order.labels(),
                        order.workTree(),
                        () -> {
                            throw new ClaimLost(name);
                        });
        CollectedOutput nothing = new CollectedOutput(0);
        assertThatThrownBy(() -> runner().open(lost, 0, nothing)).isInstanceOf(ClaimLost.class);
        CollectedOutput output = new CollectedOutput(0);
        try (Runner.RunningSteps running = runner().open(order, 0, output)) {
            assertThat(running.await().code()).isZero();
        }
        assertThat(marked(output).text()).isEqualTo("ran\n");
        assertThat(nothing.bytes()).isEmpty();
    }

    @Test
    final void whatIsPreparedCanBeRemovedAndMayBePreparedTwice() throws Exception {
        AttemptName name = name();
        Order order = order(name, "echo ran");
        runner().prepare(name, order.image(), order.network());
        runner().prepare(name, order.image(), order.network());
        assertThat(runner().present()).contains(name);
        CollectedOutput output = new CollectedOutput(0);
        try (Runner.RunningSteps running = runner().open(order, 0, output)) {
            assertThat(running.await().code()).isZero();
        }
        runner().remove(name);
        assertThat(runner().present()).doesNotContain(name);
    }

    @Test
    final void whatIsPreparedAndNeverOpenedIsRemovedWhole() {
        AttemptName name = name();
        runner().prepare(name, image(), true);
        assertThat(runner().present()).contains(name);
        runner().remove(name);
        assertThat(runner().present()).doesNotContain(name);
    }

    @Test
    final void anImageThatCannotBeHadIsAFaultThatNamesIt() {
        Order order = orderOf(name(), "missing.invalid/no/image:1", "true");
        assertThatThrownBy(() -> runner().open(order, 0, new CollectedOutput(0)))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("missing.invalid/no/image:1");
    }

    @Test
    final void aMebibyteArrivesByteForByte() throws Exception {
        CollectedOutput output = new CollectedOutput(0);
        Order order =
                order(
                        name(),
                        "i=0; while [ $i -lt 16384 ]; do echo"
                            + " 0123456789abcdef0123456789abcdef0123456789abcdef012345678901234;"
                            + " i=$((i+1)); done");
        try (Runner.RunningSteps running = runner().open(order, 0, output)) {
            assertThat(running.await().code()).isZero();
        }
        String line = "0123456789abcdef0123456789abcdef0123456789abcdef012345678901234\n";
        assertThat(marked(output).text()).isEqualTo(line.repeat(16384));
    }
}
