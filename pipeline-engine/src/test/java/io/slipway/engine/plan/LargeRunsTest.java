package io.slipway.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.definition.Definition;
import io.slipway.engine.definition.Problem;
import io.slipway.engine.event.Changes;
import io.slipway.engine.event.Trigger;
import io.slipway.engine.gate.HostOwners;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.FolderTree;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

class LargeRunsTest {
    @TempDir Path folder;

    @Test
    void aMatrixMultipliesNoLargeText() {
        String cells =
                IntStream.range(0, 250).mapToObj(String::valueOf).collect(Collectors.joining(","));
        String file =
                "jobs:\n  a: { image: busybox, matrix: { n: [%s] }, steps: ['%s'] }\n"
                        .formatted(cells, "x".repeat(100_000));
        PlanRequest request =
                new PlanRequest(
                        "shop",
                        "refs/heads/main",
                        CommitId.ZERO,
                        "main",
                        "localhost",
                        Trigger.push(Changes.all("a test")));

        Plan plan =
                new Planner(HostOwners.NOBODY)
                        .plan(
                                Definition.parse(".slipway.yml", file),
                                request,
                                new FolderTree(folder));

        assertThat(plan.jobs()).isEmpty();
        assertThat(plan.problems())
                .extracting(Problem::text)
                .containsExactly(
                        ".slipway.yml:2:6: jobs.a: the jobs of the run have more than 16 MiB of"
                                + " scripts and variables: use a smaller matrix, or keep scripts in"
                                + " files of their own");
    }
}
