package io.slipway.runners.docker.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.model.LogConfig;

import io.slipway.engine.step.Order;
import io.slipway.engine.step.Runner.RunningSteps;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerExtension;
import io.slipway.runners.docker.job.Jobs.Output;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.HashSet;
import java.util.List;
import java.util.Map;

/// An engine that keeps little of what containers print, while nobody reads it.
@Tag("docker")
@Timeout(120)
@ExtendWith(DockerExtension.class)
class DroppedOutputTest {
    private static final LogConfig LITTLE =
            new LogConfig(
                    LogConfig.LoggingType.LOCAL,
                    Map.of("max-size", "64k", "max-file", "2", "compress", "false"));

    private final DockerEngine engine;
    private final Jobs jobs;

    DroppedOutputTest(DockerEngine engine, DockerExtension.Instance instance) {
        this.engine = engine;
        this.jobs = new Jobs(engine, instance.id(), LITTLE);
    }

    @AfterEach
    void close() {
        jobs.close();
    }

    private void awaitEnd(Order order) {
        engine.client().waitContainerCmd(order.name().toString()).start().awaitStatusCode();
    }

    private Output readOn(Order order, Output before, int code) throws InterruptedException {
        Output after = new Output(before.end());
        try (RunningSteps steps = jobs.runner.open(order, before.end(), after)) {
            assertThat(steps.await().code()).isEqualTo(code);
        }
        return after;
    }

    private Output readBeginning(Order order) throws InterruptedException {
        Output before = new Output();
        try (RunningSteps steps = jobs.runner.open(order, 0, before)) {
            await().until(() -> before.printed().contains("first\n"));
        }
        return before;
    }

    @Test
    void whatItDroppedIsOneGapAndNothingComesTwice() throws Exception {
        Order order =
                jobs.order(
                        "echo first; sleep 2; i=0; while [ $i -lt 9000 ]; do i=$((i+1));"
                                + " echo line $i of nine thousand; done; exit 4");
        try {
            Output before = readBeginning(order);
            awaitEnd(order);
            Output after = readOn(order, before, 4);

            assertThat(before.gaps()).isZero();
            assertThat(after.gaps()).isEqualTo(1);
            List<String> lines =
                    after.printed().lines().filter(line -> line.startsWith("line ")).toList();
            assertThat(lines).hasSizeBetween(1, 8_999).endsWith("line 9000 of nine thousand");
            assertThat(new HashSet<>(lines)).hasSameSizeAs(lines);
            assertThat(after.printed()).doesNotContain("first");
        } finally {
            jobs.runner.remove(order.name());
        }
    }

    @Test
    void whatItKeptAsAWholeHasNoGap() throws Exception {
        Order order = jobs.order("echo first; sleep 2; echo second");
        try {
            Output before = readBeginning(order);
            awaitEnd(order);
            Output after = readOn(order, before, 0);

            assertThat(after.gaps()).isZero();
            assertThat(before.printed() + after.printed()).isEqualTo("first\nsecond\n");
        } finally {
            jobs.runner.remove(order.name());
        }
    }
}
