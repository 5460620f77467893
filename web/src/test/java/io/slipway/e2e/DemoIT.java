package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.runners.docker.DockerExtension;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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
        Program alone =
                new Program(
                        Map.of(
                                "SLIPWAY_BUILDER_IMAGE",
                                "none",
                                "SLIPWAY_DATA",
                                folder.resolve("data").toString(),
                                "SLIPWAY_PORT",
                                "1",
                                "JAVA_TOOL_OPTIONS",
                                "-Djava.io.tmpdir=" + folder));

        CompletableFuture<Program.Ended> running =
                CompletableFuture.supplyAsync(() -> alone.run(folder, "", "demo"));
        Await.until(
                "its app is there", () -> running.isDone() || !instances("hello-demo").isEmpty());
        List<String> own = instances("hello-demo");
        Program.Ended demo = running.join();

        assertThat(demo.code()).as(demo.output()).isZero();
        assertThat(demo.output()).contains("created the project hello", "The app answered: 200.");
        assertThat(own).as("instances that had its app").hasSize(1);
        assertThat(DockerExtension.left(slipway.engine().client(), own.getFirst())).isEmpty();
        assertThat(EngineSide.images(slipway.engine().client(), port(demo))).isEmpty();
        assertThat(slipway.engine().processes(folder)).isEmpty();
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).as("left by the demo").isEmpty();
        }
    }

    /// Instances beside the shared one that run the project's app.
    private List<String> instances(String project) {
        return slipway.engine().instances(project).stream()
                .filter(found -> !found.equals(slipway.instance()))
                .toList();
    }

    private static int port(Program.Ended demo) {
        return Integer.parseInt(
                demo.output().replaceAll("(?s).*\\$ git push http://localhost:([0-9]+)/.*", "$1"));
    }
}
