package io.slipway.runners.docker.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.engine.step.Order;
import io.slipway.engine.step.Runner.RunningSteps;
import io.slipway.fault.Fault;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerExtension;
import io.slipway.runners.docker.EngineProxy;
import io.slipway.runners.docker.job.Jobs.Output;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/// The engine goes away while a job runs, and comes back.
@Tag("docker")
@Timeout(120)
@ExtendWith(DockerExtension.class)
class EngineAwayTest {
    @TempDir Path folder;
    private final DockerEngine direct;
    private final String instance;
    private EngineProxy proxy;
    private DockerEngine engine;
    private Jobs jobs;

    EngineAwayTest(DockerEngine direct, DockerExtension.Instance instance) {
        this.direct = direct;
        this.instance = instance.id();
    }

    @BeforeEach
    void compose() throws IOException {
        proxy = new EngineProxy(direct, folder);
        engine = DockerEngine.connect(proxy.address(), instance, Map.of());
        jobs = new Jobs(engine, instance);
    }

    @AfterEach
    void close() throws IOException {
        jobs.close();
        engine.close();
        proxy.close();
    }

    @Test
    void outputGoesOnAtTheExactByteWhenItComesBack() throws Exception {
        Order order =
                jobs.order("for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo line $i; sleep 0.2; done");
        Output output = new Output();
        try (RunningSteps steps = jobs.runner.open(order, 0, output)) {
            await().until(() -> output.printed().contains("line 2\n"));
            proxy.goAway();
            proxy.comeBack();
            await().until(() -> output.printed().contains("line 5\n"));
            proxy.goAway();
            proxy.comeBack();
            assertThat(steps.await().code()).isZero();
        } finally {
            jobs.runner.remove(order.name());
        }
        StringBuilder all = new StringBuilder();
        for (int i = 1; i <= 12; i++) {
            all.append("line ").append(i).append('\n');
        }
        assertThat(output.printed()).isEqualTo(all.toString());
    }

    @Test
    void jobThatEndedMeanwhileHasItsOwnVerdict() throws Exception {
        Order order = jobs.order("echo first; sleep 1; echo second; exit 4");
        Output output = new Output();
        try (RunningSteps steps = jobs.runner.open(order, 0, output)) {
            await().until(() -> output.printed().equals("first\n"));
            proxy.goAway();
            direct.client().waitContainerCmd(order.name().toString()).start().awaitStatusCode();
            proxy.comeBack();
            assertThat(steps.await().code()).isEqualTo(4);
        } finally {
            jobs.runner.remove(order.name());
        }
        assertThat(output.printed()).isEqualTo("first\nsecond\n");
    }

    @Test
    void containerThatTheEngineEndedIsARunnerThatWasLost() throws Exception {
        Order order = jobs.order("echo first; sleep 60");
        Output output = new Output();
        try (RunningSteps steps = jobs.runner.open(order, 0, output)) {
            await().until(() -> output.printed().equals("first\n"));
            proxy.goAway();
            direct.client().killContainerCmd(order.name().toString()).exec();
            proxy.comeBack();
            assertThatThrownBy(steps::await)
                    .isInstanceOfSatisfying(
                            Fault.class,
                            fault -> assertThat(fault.kind()).isEqualTo(Fault.Kind.UNAVAILABLE))
                    .hasMessageEndingWith("the Docker engine was restarted while it ran");
        } finally {
            jobs.runner.remove(order.name());
        }
    }

    @Test
    void containerThatIsGoneWhenItComesBackIsARunnerThatWasLost() throws Exception {
        Order order = jobs.order("echo first; sleep 60");
        Output output = new Output();
        try (RunningSteps steps = jobs.runner.open(order, 0, output)) {
            await().until(() -> output.printed().equals("first\n"));
            proxy.goAway();
            direct.client().removeContainerCmd(order.name().toString()).withForce(true).exec();
            proxy.comeBack();
            assertThatThrownBy(steps::await).hasMessageEndingWith("its container is gone");
        } finally {
            jobs.runner.remove(order.name());
        }
    }

    @Test
    void networkThatSomebodyRemovedIsMadeAnew() throws Exception {
        var spare = jobs.networks.take(true);
        jobs.networks.giveBack(spare.name());
        direct.client().removeNetworkCmd(spare.name()).exec();
        assertThat(jobs.run(jobs.order("echo ran")).output()).isEqualTo("ran\n");
    }
}
