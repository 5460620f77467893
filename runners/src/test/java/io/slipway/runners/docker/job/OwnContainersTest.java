package io.slipway.runners.docker.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.plan.CheckSpec;
import io.slipway.engine.plan.StepSpec;
import io.slipway.engine.step.Order;
import io.slipway.engine.step.Runner;
import io.slipway.engine.step.Starter;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerExtension;
import io.slipway.runners.docker.job.Jobs.Ended;
import io.slipway.runners.docker.job.Jobs.Output;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.Map;

@Tag("docker")
@ExtendWith(DockerExtension.class)
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OwnContainersTest {
    private DockerEngine engine;
    private String image;
    private String made;
    private Jobs jobs;

    @BeforeAll
    void compose(DockerEngine engine, DockerExtension.Instance instance) {
        this.engine = engine;
        jobs = new Jobs(engine, instance.id());
        image = "slipway-test-own-" + instance.id();
        made =
                engine.client()
                        .createContainerCmd(DockerExtension.BUSYBOX)
                        .withCmd("true")
                        .exec()
                        .getId();
        engine.client()
                .commitCmd(made)
                .withRepository(image)
                .withUser("4321")
                .withEnv("FROM_IMAGE=own")
                .exec();
    }

    @AfterAll
    void close() {
        jobs.close();
        engine.client().removeContainerCmd(made).exec();
        engine.client().removeImageCmd(image).exec();
    }

    private Order order(StepSpec... steps) {
        CheckSpec spec =
                new CheckSpec(
                        DockerExtension.BUSYBOX,
                        List.of(steps),
                        Map.of(),
                        "",
                        Jobs.SMALL,
                        false,
                        Duration.ofMinutes(5));
        Map<String, String> env = Map.of("SLIPWAY_ENV", Starter.FOLDER + "/env");
        byte[] records = Starter.records(Jobs.NONCE, env, spec);
        return jobs.order("", Jobs.SMALL, false)
                .with(() -> records)
                .elsewhere(Starter.elsewhere(Jobs.NONCE, env, spec));
    }

    private StepSpec step(String script, String image) {
        return new StepSpec(script, script, Map.of(), "", null, null, null, image);
    }

    @Test
    void itHasItsImageTheOwnerOfTheWorkspaceAndTheNetworkOfTheJob() throws Exception {
        Ended ended =
                jobs.run(
                        order(
                                step("echo here > /tmp/here; cd /tmp; httpd -p 8080", null),
                                step(
                                        "echo $FROM_IMAGE; id -u; echo X=1 >> $SLIPWAY_ENV; touch"
                                                + " made; [ -e /tmp/here ] || wget -q -O -"
                                                + " http://127.0.0.1:8080/here",
                                        image),
                                step("echo ${FROM_IMAGE:-none} $X; stat -c %u made", null)));
        assertThat(ended.output()).isEqualTo("own\n0\nhere\nnone 1\n0\n");
        assertThat(ended.exit().code()).isZero();
    }

    @Test
    void aJobWhoseStepWasKilledFromOutsideEnds() throws Exception {
        Order order = order(step("echo begun; sleep 600", image), step("echo never", null));
        Output output = new Output();
        try (Runner.RunningSteps running = jobs.runner.open(order, 0, output)) {
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> output.printed().equals("begun\n"));
            engine.client().killContainerCmd(OwnContainers.name(order.name(), 0)).exec();
            assertThat(running.await().code()).isEqualTo(137);
        } finally {
            jobs.runner.remove(order.name());
        }
        assertThat(output.printed()).isEqualTo("begun\n");
    }
}
