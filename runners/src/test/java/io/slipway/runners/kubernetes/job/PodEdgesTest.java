package io.slipway.runners.kubernetes.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.slipway.engine.plan.CheckSpec;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.plan.StepSpec;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.step.CollectedOutput;
import io.slipway.engine.step.Order;
import io.slipway.engine.step.Runner;
import io.slipway.engine.step.Starter;
import io.slipway.engine.step.TinyTar;
import io.slipway.engine.workspace.Service;
import io.slipway.fault.Fault;
import io.slipway.runners.kubernetes.ClusterExtension;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// What is peculiar to pods.
@Tag("cluster")
@ExtendWith(ClusterExtension.class)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PodEdgesTest {
    private static final String NONCE = "0123456789abcdef0123456789abcdef";
    private static final Resources SMALL = new Resources(1000, 64L << 20, 64);

    private final List<AttemptName> used = new ArrayList<>();
    private KubernetesClient client;
    private ClusterExtension.Space space;
    private KubernetesRunner runner;

    @BeforeEach
    void connect(KubernetesClient connected, ClusterExtension.Space given) {
        client = connected;
        space = given;
        runner =
                new KubernetesRunner(
                        client,
                        space.instance(),
                        JobSettings.of(space.namespace(), space.helper()));
    }

    @AfterEach
    void removeAll() {
        used.forEach(runner::remove);
        runner.close();
    }

    private Order order(String image, Resources resources, StepSpec... steps) {
        AttemptName name = new AttemptName(space.instance(), System.nanoTime() / 1000, 1);
        used.add(name);
        CheckSpec spec =
                new CheckSpec(
                        image,
                        List.of(steps),
                        Map.of(),
                        "",
                        resources,
                        true,
                        Duration.ofMinutes(5));
        byte[] records = Starter.records(NONCE, Map.of(), spec);
        return new Order(
                        name,
                        image,
                        resources,
                        true,
                        Map.of("project", "edges", "run", "1", "fence", "1"),
                        new TinyTar("hello.txt", "from the sources\n"),
                        records)
                .elsewhere(Starter.elsewhere(NONCE, Map.of(), spec));
    }

    private static StepSpec step(String script) {
        return new StepSpec(script, script, Map.of(), "");
    }

    /// 208 MB, as fast as it goes: more than a node's log file holds, 20 times.
    @Test
    void aStepThatPrintsFasterThanAnybodyReadsLosesNoLine() throws Exception {
        Order order = order(space.busybox(), SMALL, step("seq 1 " + Numbers.LAST));
        Numbers numbers = new Numbers(Numbers.LAST / 3);
        Runner.RunningSteps first = runner.open(order, 0, numbers);
        numbers.awaitBroken();
        first.close();
        Numbers rest = new Numbers(numbers);
        try (Runner.RunningSteps second = runner.open(order, rest.end(), rest)) {
            assertThat(second.await().code()).isZero();
        }
        rest.areComplete();
    }

    @Test
    void aContainerThatNeedsMoreMemoryThanItMaySaysSo() throws Exception {
        Order order = order(space.busybox(), SMALL, step("echo begun; exec tail /dev/zero"));
        try (Runner.RunningSteps running = runner.open(order, 0, new CollectedOutput(0))) {
            Runner.Exit exit = running.await();
            assertThat(exit.code()).isNotZero();
            assertThat(exit.outOfMemory()).isTrue();
            assertThat(exit.memoryLimit()).isEqualTo(SMALL.memoryBytes());
        }
    }

    @Test
    void aPodWithoutRoomWaitsInTheSchedulersWords() throws Exception {
        Order order = order(space.busybox(), new Resources(100, 1L << 50, 64), step("true"));
        Told told = new Told(new CompletableFuture<>());
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread waiting =
                Thread.ofVirtual()
                        .start(
                                () ->
                                        thrown.complete(
                                                catchThrowable(() -> runner.open(order, 0, told))));
        assertThat(told.progress().get())
                .startsWith("waits for room in the cluster: ")
                .contains("Insufficient memory");
        waiting.interrupt();
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void aPodThatWasDeletedByHandIsErroredAndNeverMadeAnew() throws Exception {
        Order order = order(space.busybox(), SMALL, step("echo begun; sleep 600"));
        CollectedOutput output = new CollectedOutput(0);
        try (Runner.RunningSteps running = runner.open(order, 0, output)) {
            output.awaitText("begun\n");
            client.pods()
                    .inNamespace(space.namespace())
                    .withName(order.name().toString())
                    .withGracePeriod(0)
                    .delete();
            assertThatThrownBy(running::await)
                    .isInstanceOfSatisfying(
                            Fault.class,
                            fault -> assertThat(fault.kind()).isEqualTo(Fault.Kind.UNAVAILABLE));
        }
        assertThat(runner.present()).doesNotContain(order.name());
    }

    @Test
    void everyStepRunsAsTheUserOfTheJobsImage() throws Exception {
        String script = "id -u; cat hello.txt; echo more >> hello.txt";
        StepSpec elsewhere =
                new StepSpec(script, script, Map.of(), "", null, null, null, space.busybox());
        Order order =
                order(space.nobody(), SMALL, step(script), elsewhere, step("tail -n 1 hello.txt"));
        CollectedOutput output = new CollectedOutput(0);
        try (Runner.RunningSteps running = runner.open(order, 0, output)) {
            assertThat(running.await().code()).isZero();
        }
        assertThat(new String(output.bytes(), StandardCharsets.UTF_8).lines())
                .filteredOn(line -> !line.startsWith("\u001e"))
                .containsExactly(
                        "65534", "from the sources", "65534", "from the sources", "more", "more");
    }

    @Test
    void noNetworkIsRefusedWhereNothingIsKnownToHoldItBack() {
        Order order = order(space.busybox(), SMALL, step("true"));
        Order alone =
                new Order(
                        order.name(),
                        order.image(),
                        SMALL,
                        false,
                        order.labels(),
                        new TinyTar("hello.txt", ""),
                        new byte[0]);
        assertThatThrownBy(() -> runner.open(alone, 0, new CollectedOutput(0)))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("it asks for network: none");
        assertThat(runner.present()).doesNotContain(order.name());
    }

    @Test
    void servicesThatAnswerAtTheSamePortAreRefused() {
        Service.Ready ready = new Service.Ready(5432, null);
        Order order =
                order(space.busybox(), SMALL, step("true"))
                        .with(
                                List.of(
                                        new Service("a", "x", Map.of(), List.of(), ready),
                                        new Service("b", "x", Map.of(), List.of(), ready)));
        assertThatThrownBy(() -> runner.open(order, 0, new CollectedOutput(0)))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("two of its services answer at port 5432");
        assertThat(runner.present()).doesNotContain(order.name());
    }

    /// Keeps the first line for people.
    private record Told(CompletableFuture<String> progress) implements Runner.Sink {
        @Override
        public void output(byte[] bytes, int offset, int length, long streamEnd) {}

        @Override
        public void gap() {}

        @Override
        public void service(Runner.ServiceEnd end, long streamEnd) {}

        @Override
        public void progress(String line) {
            progress.complete(line);
        }
    }
}
