package io.slipway.engine.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.slipway.engine.graph.Condition;
import io.slipway.engine.graph.Shell;
import io.slipway.engine.plan.CheckSpec;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.plan.StepSpec;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.ClaimLost;
import io.slipway.engine.workspace.Service;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
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

    /// What makes a service answer at a TCP port for as long as it runs, for its shell.
    protected abstract String listens(int port);

    /// 8 hexadecimal digits.
    protected abstract String instance();

    /// Whether [Runner#prepare] makes something for the attempt alone.
    protected boolean preparesAhead() {
        return true;
    }

    /// Whether jobs may reach the network. None is needed; true where nothing could hold it back.
    protected boolean network() {
        return false;
    }

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
                network(),
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
        Order.Records lost =
                () -> {
                    throw new ClaimLost(name);
                };
        CollectedOutput nothing = new CollectedOutput(0);
        assertThatThrownBy(() -> runner().open(order.with(lost), 0, nothing))
                .isInstanceOf(ClaimLost.class);
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
        runner().prepare(name, Set.of(order.image()), order.network());
        runner().prepare(name, Set.of(order.image()), order.network());
        assertThat(runner().present().contains(name)).isEqualTo(preparesAhead());
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
        runner().prepare(name, Set.of(image()), true);
        assertThat(runner().present().contains(name)).isEqualTo(preparesAhead());
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

    private Service service(String name, boolean ready, String script) {
        List<String> command = List.of("sh", "-c", script);
        Service.Ready at = ready ? new Service.Ready(8080, null) : null;
        return new Service(name, image(), Map.of("MODE", "ci"), command, at);
    }

    @Test
    final void servicesAreReadyBeforeTheStepsAndWhatTheyPrintedFollowsFromAnyByte()
            throws Exception {
        AttemptName name = name();
        Service db = service("db", true, "echo $MODE; sleep 1; echo ready; " + listens(8080));
        Service brief = service("brief", false, "echo away >&2; exit 3");
        Order order = order(name, "echo step; sleep 1").with(List.of(db, brief));
        CollectedOutput whole = new CollectedOutput(0);
        List<Runner.ServiceEnd> ends =
                List.of(
                        new Runner.ServiceEnd("db", null, false),
                        new Runner.ServiceEnd("brief", 3, false));
        try (Runner.RunningSteps running = runner().open(order, 0, whole)) {
            Runner.Exit exit = running.await();
            assertThat(exit.code()).isZero();
            assertThat(exit.services()).isEqualTo(ends);
        }
        assertThat(marked(whole).text()).isEqualTo("step\nci\nready\naway\n");
        assertThat(whole.services).isEqualTo(ends);
        byte[] all = whole.bytes();
        for (int from : new int[] {0, all.length / 2, all.length - 10, all.length}) {
            CollectedOutput rest = new CollectedOutput(from);
            try (Runner.RunningSteps running = runner().open(order, from, rest)) {
                assertThat(running.await().services()).isEqualTo(ends);
            }
            assertThat(rest.bytes()).isEqualTo(Arrays.copyOfRange(all, from, all.length));
            assertThat(rest.services).isEqualTo(ends);
        }
        runner().remove(name);
        assertThat(runner().present()).doesNotContain(name);
    }

    @Test
    final void aServiceThatEndsBeforeItIsReadyIsToldWithItsLastLinesAndNoStepRuns() {
        AttemptName name = name();
        Order order =
                order(name, "echo step")
                        .with(List.of(service("db", true, "echo no space; exit 4")));
        CollectedOutput output = new CollectedOutput(0);
        assertThatThrownBy(() -> runner().open(order, 0, output))
                .isInstanceOfSatisfying(
                        ServiceNotReady.class,
                        e -> assertThat(e.lastLines()).containsExactly("no space"))
                .hasMessage("service db ended with exit code 4 before it was ready");
        assertThat(output.bytes()).isEmpty();
        assertThat(runner().present()).contains(name);
        runner().remove(name);
        assertThat(runner().present()).doesNotContain(name);
    }

    @Test
    final void aServiceThatNeverAnswersIsToldWithItsLastLines() {
        Order order =
                order(name(), "echo step")
                        .with(List.of(service("db", true, "echo begun; sleep 600")));
        assertThatThrownBy(() -> runner().open(order, 0, new CollectedOutput(0)))
                .isInstanceOfSatisfying(
                        ServiceNotReady.class,
                        e -> assertThat(e.lastLines()).containsExactly("begun"))
                .hasMessageStartingWith("service db did not answer at port 8080 within ");
    }

    @Test
    final void servicesThatRunAreTakenOver() throws Exception {
        Service db = service("db", true, "echo begun; sleep 2; " + listens(8080));
        Order order = order(name(), "echo step").with(List.of(db));
        CollectedOutput first = new CollectedOutput(0);
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread before =
                Thread.ofVirtual()
                        .start(
                                () ->
                                        thrown.complete(
                                                catchThrowable(
                                                        () -> runner().open(order, 0, first))));
        first.awaitProgress("waits for service db");
        before.interrupt();
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        CollectedOutput output = new CollectedOutput(0);
        try (Runner.RunningSteps running = runner().open(order, 0, output)) {
            assertThat(running.await().code()).isZero();
        }
        assertThat(marked(output).text()).isEqualTo("step\nbegun\n");
    }

    @Test
    final void stopEndsServicesToo() throws Exception {
        Service db = service("db", false, "echo begun; trap '' TERM; sleep 600");
        Order order = order(name(), "echo step; sleep 600").with(List.of(db));
        CollectedOutput output = new CollectedOutput(0);
        try (Runner.RunningSteps running = runner().open(order, 0, output)) {
            output.awaitText("step\n");
            long from = System.nanoTime();
            running.stop();
            assertThat(running.await().services())
                    .containsExactly(new Runner.ServiceEnd("db", null, false));
            assertThat(System.nanoTime() - from).isLessThan(TimeUnit.SECONDS.toNanos(15));
        }
        assertThat(marked(output).text()).isEqualTo("step\nbegun\n");
    }

    private static StepSpec step(String script, String image, Condition when) {
        return new StepSpec(script, script, Map.of("OWN", "own"), "", Shell.SH, when, null, image);
    }

    private Order spread(AttemptName name, List<StepSpec> steps) {
        CheckSpec spec =
                new CheckSpec(
                        image(),
                        steps,
                        Map.of("GREETING", "hello"),
                        "",
                        new Resources(1000, 64L << 20, 64),
                        false,
                        Duration.ofMinutes(5));
        Map<String, String> env =
                Map.of(
                        "GREETING", "hello",
                        "SLIPWAY_ENV", Starter.FOLDER + "/env",
                        "SLIPWAY_OUTPUT", Starter.FOLDER + "/output");
        byte[] records = Starter.records(NONCE, env, spec);
        return order(name).with(() -> records).elsewhere(Starter.elsewhere(NONCE, env, spec));
    }

    @Test
    final void aStepWithItsOwnImageTakesItsTurnOnTheSameWorkspace() throws Exception {
        Order order =
                spread(
                        name(),
                        List.of(
                                step(
                                        "echo \"V='a b'\" >> $SLIPWAY_ENV; echo file > made; cat"
                                                + " hello.txt",
                                        null,
                                        null),
                                step(
                                        "echo $GREETING $OWN \"$V\"; cat made; echo W=w >>"
                                                + " $SLIPWAY_ENV; echo O=1 >> $SLIPWAY_OUTPUT; echo"
                                                + " more >> made",
                                        image(),
                                        null),
                                step("echo $W; tail -n 1 made; sleep 1; exit 3", null, null),
                                step("echo never", image(), null),
                                step("echo err >&2; exit 5", image(), Condition.ALWAYS),
                                step("echo last", null, Condition.FAILURE)));
        CollectedOutput whole = new CollectedOutput(0);
        try (Runner.RunningSteps running = runner().open(order, 0, whole)) {
            assertThat(running.await().code()).isEqualTo(3);
        }
        MarkedText text = marked(whole);
        assertThat(text.text())
                .isEqualTo("from the sources\nhello own 'a b'\nfile\nw\nmore\nerr\nlast\n");
        assertThat(text.events)
                .containsExactly(
                        "ready", "begin 0", "end 0 0", "begin 1", "end 1 0", "begin 2", "end 2 3",
                        "begin 4", "end 4 5", "begin 5", "end 5 0", "out O=1", "outputs");
        byte[] all = whole.bytes();
        for (int from : new int[] {0, 1, all.length / 2, all.length - 1, all.length}) {
            CollectedOutput rest = new CollectedOutput(from);
            try (Runner.RunningSteps running = runner().open(order, from, rest)) {
                assertThat(running.await().code()).isEqualTo(3);
            }
            assertThat(rest.bytes()).isEqualTo(Arrays.copyOfRange(all, from, all.length));
        }
        runner().remove(order.name());
        assertThat(runner().present()).doesNotContain(order.name());
    }

    @Test
    final void aStepWithItsOwnImageIsAdoptedAndStopped() throws Exception {
        Order order =
                spread(
                        name(),
                        List.of(
                                step("echo first", null, null),
                                step("echo second; sleep 600", image(), null),
                                step("echo never", null, Condition.ALWAYS)));
        CollectedOutput first = new CollectedOutput(0);
        Runner.RunningSteps before = runner().open(order, 0, first);
        first.awaitText("second\n");
        before.close();
        long resumeAt = first.end();
        CollectedOutput second = new CollectedOutput(resumeAt);
        try (Runner.RunningSteps running = runner().open(order, resumeAt, second)) {
            long from = System.nanoTime();
            running.stop();
            assertThat(running.await().code()).isNotZero();
            assertThat(System.nanoTime() - from).isLessThan(TimeUnit.SECONDS.toNanos(15));
        }
        MarkedText text = MarkedText.of(NONCE, first.bytesUpTo(resumeAt).with(second.bytes()));
        assertThat(text.text()).isEqualTo("first\nsecond\n");
    }
}
