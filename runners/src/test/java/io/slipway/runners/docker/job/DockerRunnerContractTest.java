package io.slipway.runners.docker.job;

import io.slipway.engine.step.Runner;
import io.slipway.engine.step.RunnerContract;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerExtension;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("docker")
@ExtendWith(DockerExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DockerRunnerContractTest extends RunnerContract {
    private String instance;
    private Jobs jobs;

    @BeforeAll
    void compose(DockerEngine engine, DockerExtension.Instance id) {
        instance = id.id();
        jobs = new Jobs(engine, instance);
    }

    @AfterAll
    void close() {
        jobs.close();
    }

    @Override
    protected Runner runner() {
        return jobs.runner;
    }

    @Override
    protected String image() {
        return DockerExtension.BUSYBOX;
    }

    @Override
    protected String listens(int port) {
        return "exec nc -ll -p " + port + " -e true";
    }

    @Override
    protected String instance() {
        return instance;
    }
}
