package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;
import io.slipway.runners.docker.DockerExtension;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.util.List;
import java.util.Map;

/// Everything is stopped or taken off the engine, and `up` serves the apps again.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DownIT {
    /// Counts its starts in a volume.
    private static final String COUNTS =
            """
            FROM busybox
            STOPSIGNAL SIGKILL
            CMD ["sh", "-c", "echo start >>/data/starts; mkdir -p /www; wc -l </data/starts >/www/index.html; exec httpd -f -p $PORT -h /www"]
            """;

    private Slipway slipway;

    @BeforeAll
    void start() {
        slipway = SlipwayExtension.start(Map.of());
    }

    @AfterAll
    void close() {
        if (slipway != null) {
            slipway.close();
        }
    }

    private Program.Ended down(String... words) {
        List<String> all = new java.util.ArrayList<>(List.of("down"));
        all.addAll(List.of(words));
        return slipway.run(slipway.folder(), "", all.toArray(String[]::new));
    }

    private void servesAgain(String starts) {
        slipway.startAgain();
        Await.until(
                "the app is served again",
                () -> slipway.page("kept.localhost", "/").strip().equals(starts));
    }

    @Test
    void upServesAppsAgainWhateverWasTakenAway() {
        Git git = slipway.repository("kept");
        git.write("Dockerfile", COUNTS)
                .write(
                        ".slipway.yml",
                        "apps:\n  kept:\n    volumes: [{ name: data, path: /data }]\n")
                .commit("Counts");
        Pushes.passes(git);
        assertThat(slipway.page("kept.localhost", "/").strip()).isEqualTo("1");

        Program.Ended down = down();
        assertThat(down.output()).contains("server stopped", "switch stopped", "1 app stopped");
        assertThat(slipway.engine().apps(slipway.instance(), "kept")).hasSize(1);
        servesAgain("2");

        Program.Ended removed = down("--remove");
        assertThat(removed.code()).as(removed.output()).isZero();
        assertThat(DockerExtension.left(slipway.engine().client(), slipway.instance()))
                .as("only the volume is left")
                .singleElement()
                .asString()
                .endsWith("_production_kept_data");
        servesAgain("3");

        assertThat(down("--volumes").code()).isEqualTo(2);
        assertThat(down("--remove", "--volumes").code()).isZero();
        assertThat(slipway.engine().left(slipway.instance())).isEmpty();
        servesAgain("1");
    }
}
