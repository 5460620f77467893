package io.slipway.runners.kubernetes.job;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.slipway.engine.step.Runner;
import io.slipway.engine.step.RunnerContract;
import io.slipway.runners.kubernetes.ClusterExtension;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;

@Tag("cluster")
@ExtendWith(ClusterExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubernetesRunnerContractTest extends RunnerContract {
    private ClusterExtension.Space space;
    private KubernetesRunner runner;

    @BeforeAll
    void connect(KubernetesClient client, ClusterExtension.Space given) {
        space = given;
        runner =
                new KubernetesRunner(
                        client,
                        space.instance(),
                        JobSettings.of(space.namespace(), space.helper())
                                .within(Duration.ofSeconds(20)));
    }

    @AfterAll
    void close() {
        runner.close();
    }

    @Override
    protected Runner runner() {
        return runner;
    }

    @Override
    protected String image() {
        return space.busybox();
    }

    @Override
    protected String listens(int port) {
        return "exec nc -ll -p " + port + " -e true";
    }

    /// The cluster of tests enforces no policies.
    @Override
    protected boolean network() {
        return true;
    }

    @Override
    protected String instance() {
        return space.instance();
    }

    @Override
    protected boolean preparesAhead() {
        return false;
    }
}
