package io.slipway.engine.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.plan.CheckSpec;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.run.Claim;
import io.slipway.engine.source.CommitId;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// docs/environment.md lists what a step finds in its environment, and nothing else.
final class EnvironmentPageTest {
    private static final Pattern ROW = Pattern.compile("^\\| `([A-Z_]+)` \\|.*", Pattern.MULTILINE);

    @Test
    void pageListsWhatStepsSee() throws IOException {
        Claim.Job job =
                new Claim.Job(
                        1,
                        1,
                        1,
                        "shop",
                        1,
                        1,
                        "refs/heads/main",
                        CommitId.ZERO,
                        "push",
                        "Ada",
                        "test",
                        new CheckSpec(
                                "busybox",
                                List.of(),
                                Map.of(),
                                "",
                                new Resources(0, 0, 0),
                                true,
                                Duration.ofHours(1)));
        Set<String> known = new TreeSet<>(StepEnvironment.of(job, 1, "http://localhost").keySet());
        known.addAll(List.of("CI", "SLIPWAY_REGISTRY"));
        Set<String> listed =
                ROW.matcher(Files.readString(Path.of("../docs/environment.md")))
                        .results()
                        .map(row -> row.group(1))
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(listed).isEqualTo(known);
    }
}
