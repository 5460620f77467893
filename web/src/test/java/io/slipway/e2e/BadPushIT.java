package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Pushes that must not get through: the old version serves on, git says so, and terminal, database
/// and API name the same cause.
@ExtendWith(SlipwayExtension.class)
class BadPushIT {
    private static final String PROJECT = "faulty";
    private static final String FILE =
            """
            apps:
              faulty: { build: { dockerfile: Dockerfile }, port: 8080, health: { path: /, within: 20s } }
            """;

    private final Slipway slipway;
    private final Git git;

    BadPushIT(Slipway slipway) {
        this.slipway = slipway;
        this.git = slipway.repository(PROJECT);
    }

    /// Each test goes on from a good version.
    @BeforeEach
    void goodVersion() {
        if (git.run("fetch", "-q", "slipway", "main").code() == 0) {
            git.must("reset", "-q", "--hard", "FETCH_HEAD");
        }
        git.write("Dockerfile", Apps.SERVES)
                .write("index.html", "good")
                .write(".slipway.yml", FILE)
                .commit("Good");
        Pushes.passes(git);
    }

    private Pushes.Rejected push() {
        git.commit("Bad");
        Pushes.Rejected rejected =
                Pushes.rejected(git.run("push", "slipway", "HEAD:main"), PROJECT);
        rejected.isToldAlike(slipway);
        assertThat(slipway.page(PROJECT + ".localhost", "/")).isEqualTo("good");
        return rejected;
    }

    @Test
    void anAppThatCrashesIsNotRolledOut() {
        git.write("Dockerfile", "FROM busybox\nCMD echo cannot open the box; exit 3\n");

        assertThat(push().output())
                .contains("ended with exit code 3", "cannot open the box")
                .contains("production keeps faulty #");
    }

    @Test
    void anAppOnAnotherPortIsToldWhichOne() {
        git.write("Dockerfile", Apps.SERVES.replace("\\\"$PORT\\\"", "3000"));

        assertThat(push().words())
                .contains("listens on 0.0.0.0:3000; Slipway asks 0.0.0.0:8080")
                .contains("or write port: 3000");
    }

    @Test
    void anAppThatListensOnLoopbackOnlyIsToldToListenEverywhere() {
        git.write("Dockerfile", Apps.SERVES.replace("\\\"$PORT\\\"", "127.0.0.1:8080"));

        assertThat(push().words())
                .contains("listens on 127.0.0.1:8080; Slipway asks 0.0.0.0:8080")
                .contains("listen on 0.0.0.0:$PORT");
    }

    @Test
    void aBrokenDockerfileIsShownWithItsLine() {
        git.write("Dockerfile", "FROM busybox\nRUN echo no glue here >&2 && false\n");

        assertThat(push().output())
                .contains("Dockerfile:2  RUN echo no glue here >&2 && false", "no glue here");
    }

    @Test
    void aBrokenFileIsToldWithLineAndColumn() {
        git.write(".slipway.yml", "apps:\n  faulty: { prot: 8080 }\n");

        Pushes.Rejected rejected = push();

        assertThat(rejected.words()).contains(".slipway.yml:2:13").contains("prot");
    }

    @Test
    void aMissingSecretIsAnsweredWithTheLineThatSetsIt() {
        git.write(".slipway.yml", FILE.replace("port:", "secrets: [API_KEY], port:"));

        assertThat(push().output())
                .contains("needs API_KEY")
                .contains("slipway config set API_KEY --secret --app faulty -p faulty");
    }
}
