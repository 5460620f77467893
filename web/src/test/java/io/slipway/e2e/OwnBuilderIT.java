package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Container;

import io.slipway.engine.source.Git;
import io.slipway.runners.buildkit.BuilderImage;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/// A server whose images are built in a container of the project's own.
class OwnBuilderIT {
    @Test
    void aPushIsBuiltThereAndAKilledServerBuildsAgainInTheSameBuilder() throws Exception {
        SlipwayExtension.needEngine();
        try (Slipway slipway = SlipwayExtension.start(Map.of("SLIPWAY_BUILDER_IMAGE", image()))) {
            Git git = slipway.repository("built");
            git.write("index.html", "one").write("Dockerfile", Apps.SERVES).commit("One");
            assertThat(Pushes.passes(git)).contains("image built").contains("0 of 1 layer cached");
            assertThat(slipway.page("built.localhost", "/")).isEqualTo("one");
            List<String> builders = builders(slipway);
            assertThat(builders).hasSize(1);

            String slow =
                    Apps.SERVES.replace(
                            "EXPOSE",
                            "RUN echo building " + System.nanoTime() + "; sleep 8\nEXPOSE");
            git.write("index.html", "two").write("Dockerfile", slow).commit("Two");
            Process push = git.start("push", "slipway", "HEAD:main");
            Await.until("the layer is built", () -> steps(slipway).contains("sleep 8"));
            slipway.kill();
            Await.until("git ended", () -> !push.isAlive());
            slipway.startAgain();
            Await.until(
                    "the run ended", () -> run(slipway).path("state").asString().equals("ended"));
            assertThat(run(slipway).path("outcome").asString()).isEqualTo("succeeded");
            assertThat(slipway.page("built.localhost", "/")).isEqualTo("two");
            assertThat(builders(slipway)).isEqualTo(builders);
            assertThat(images(slipway)).isEqualTo(2);
        }
    }

    private static String image() throws IOException {
        try (EngineSide engine = new EngineSide(0)) {
            return BuilderImage.find(engine::has);
        }
    }

    private static JsonNode run(Slipway slipway) {
        return slipway.api("/projects/built/runs/2");
    }

    /// What is known of the run's jobs, as text.
    private static String steps(Slipway slipway) {
        return run(slipway).path("jobs").toString();
    }

    private static List<String> builders(Slipway slipway) {
        return slipway.engine().containers(slipway.instance()).stream()
                .filter(one -> "builder".equals(one.getLabels().get("slipway.kind")))
                .map(Container::getId)
                .toList();
    }

    private static long images(Slipway slipway) {
        return slipway.read(
                tx -> tx.one("select count(*) as images from images", row -> row.number("images")));
    }
}
