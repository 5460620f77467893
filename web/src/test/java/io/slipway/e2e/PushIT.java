package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;
import io.slipway.web.traffic.Load;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The way that everybody takes: push, look, push again.
@ExtendWith(SlipwayExtension.class)
class PushIT {
    private final Slipway slipway;

    PushIT(Slipway slipway) {
        this.slipway = slipway;
    }

    @Test
    void aFirstPushOfAnExampleRunsAtItsUrl() {
        Git git = slipway.repository("hello", "hello");
        git.commit("First");

        Git.Ended push = git.run("push", "slipway", "HEAD:main");

        assertThat(push.code()).as(push.output()).isZero();
        assertThat(push.output())
                .contains("created the project hello", "found Dockerfile -> app hello")
                .contains("success: hello #1 is live in production", "Slipway's own share: ");
        assertThat(slipway.page("hello.localhost", "/"))
                .isEqualTo(Folders.text(Program.home().resolve("examples/hello/index.html")));
        assertThat(git.must("ls-remote", "slipway", "refs/heads/main"))
                .startsWith(git.head().toString());
        assertThat(git.must("ls-remote", "slipway")).doesNotContain("refs/slipway");
    }

    @Test
    void aPushOverTrafficDropsNoRequestAndTheAnswerChanges() throws Exception {
        Git git = slipway.repository("busy", "hello");
        git.write("index.html", "one").commit("One");
        Pushes.passes(git);

        try (Load load = new Load(slipway.port(), "busy.localhost", 200)) {
            git.write("index.html", "two").commit("Two");
            Pushes.passes(git);
            Await.until(
                    "the answer changed", () -> slipway.page("busy.localhost", "/").equals("two"));
            slipway.dropsNothing(load);
        }
    }

    @Test
    void aFailingTestRejectsThePushAndTheOldVersionServes() {
        Git git = slipway.repository("tested");
        git.write("Dockerfile", Apps.SERVES)
                .write("index.html", "good")
                .write(
                        ".slipway.yml",
                        """
                        jobs:
                          test: { image: busybox, steps: ["echo looking; grep -q good index.html"] }
                        apps:
                          tested: { build: { dockerfile: Dockerfile }, port: 8080 }
                        """)
                .commit("Good");
        Pushes.passes(git);

        git.write("index.html", "bad").commit("Bad");
        Git.Ended push = git.run("push", "slipway", "HEAD:main");

        Pushes.Rejected rejected = Pushes.rejected(push, "tested");
        assertThat(rejected.reason()).isEqualTo("test failed");
        assertThat(push.output()).contains("looking");
        rejected.isToldAlike(slipway);
        assertThat(slipway.page("tested.localhost", "/")).isEqualTo("good");

        Pushes.Rejected again = Pushes.rejected(git.run("push", "slipway", "HEAD:main"), "tested");
        assertThat(again.run()).isEqualTo(rejected.run() + 1);
    }
}
