package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// `slipway demo`, by itself and beside a server.
@ExtendWith(SlipwayExtension.class)
class DemoIT {
    private final Slipway slipway;

    DemoIT(Slipway slipway) {
        this.slipway = slipway;
    }

    @Test
    void itUsesTheServerThatRunsAndCanBeRepeated() {
        for (int i = 1; i <= 2; i++) {
            Program.Ended demo = slipway.run(slipway.folder(), "", "demo");
            assertThat(demo.code()).as(demo.output()).isZero();
            assertThat(demo.output())
                    .contains("hello-demo #" + i + " is live in production")
                    .contains("The app answered: 200.")
                    .doesNotContain(slipway.token());
        }
    }

    @Test
    void itStartsAServerOfItsOwnOfWhichNothingRemains() throws IOException {
        Path folder = Files.createTempDirectory(slipway.folder(), "demo");
        List<String> before = slipway.engine().everything();
        Program alone =
                new Program(
                        Map.of(
                                "SLIPWAY_DATA",
                                folder.resolve("data").toString(),
                                "SLIPWAY_PORT",
                                "1",
                                "JAVA_TOOL_OPTIONS",
                                "-Djava.io.tmpdir=" + folder));

        Program.Ended demo = alone.run(folder, "", "demo");

        assertThat(demo.code()).as(demo.output()).isZero();
        assertThat(demo.output()).contains("created the project hello", "The app answered: 200.");
        assertThat(slipway.engine().everything())
                .filteredOn(name -> !name.contains(slipway.instance()))
                .as("left in the engine")
                .isSubsetOf(before);
        assertThat(slipway.engine().processes(folder)).isEmpty();
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).as("left by the demo").isEmpty();
        }
    }
}
