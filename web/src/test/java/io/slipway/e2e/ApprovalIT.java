package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import tools.jackson.databind.JsonNode;

/// Rollouts that somebody must agree to.
@ExtendWith(SlipwayExtension.class)
class ApprovalIT {
    private final Slipway slipway;

    ApprovalIT(Slipway slipway) {
        this.slipway = slipway;
    }

    @Test
    void thePushEndsAtTheWaitAndTheRolloutBeginsWhenSomebodyAgrees() {
        Git git = slipway.repository("asked");
        git.write("Dockerfile", Apps.SERVES)
                .write("index.html", "one")
                .write(
                        ".slipway.yml",
                        """
                        apps:
                          asked: { build: { dockerfile: Dockerfile }, port: 8080 }
                        environments:
                          production: { from: main, approval: { by: [maintainers], expires: 1h } }
                        """)
                .commit("One");

        String push = Pushes.passes(git);

        assertThat(push)
                .contains("asked to production waits for approval by maintainers")
                .contains("next: slipway approve 1 production -p asked");
        assertThat(git.must("ls-remote", "slipway", "refs/heads/main"))
                .startsWith(git.head().toString());
        assertThat(slipway.get("asked.localhost", "/").status()).isEqualTo(404);
        Program.Ended said =
                slipway.run(git.folder(), "", "approve", "1", "--why", "it looks good");
        assertThat(said.output()).contains("approved: run 1 for production");
        Await.until(
                "it is live",
                () ->
                        slipway.get("asked.localhost", "/").status() == 200
                                && slipway.page("asked.localhost", "/").equals("one"));
        JsonNode told = approvals(1);
        assertThat(told.path("verdict").asString()).isEqualTo("approved");
        assertThat(told.path("why").asString()).isEqualTo("it looks good");
        assertThat(told.path("image").asString()).startsWith("asked/asked@sha256:");

        git.write("index.html", "two").commit("Two");
        Pushes.passes(git);
        assertThat(slipway.run(git.folder(), "", "approve", "2", "--reject").output())
                .contains("a rejection says why");
        slipway.run(git.folder(), "", "approve", "2", "--reject", "--why", "on Friday");
        Await.until(
                "run 2 ended",
                () ->
                        slipway.api("/projects/asked/runs/2")
                                .path("state")
                                .asString()
                                .equals("ended"));
        assertThat(slipway.api("/projects/asked/runs/2").path("reason").asString())
                .startsWith("asked to production was cancelled: rejected by ")
                .endsWith(": on Friday");
        assertThat(slipway.page("asked.localhost", "/")).isEqualTo("one");
        Program.Ended late = slipway.run(git.folder(), "", "approve", "2");
        assertThat(late.code()).isEqualTo(1);
        assertThat(late.output()).contains("nothing of it waits for that");
    }

    @Test
    void somebodyAgreesOnThePageOfTheRun() {
        Git git = slipway.repository("clicked");
        git.write("Dockerfile", Apps.SERVES)
                .write("index.html", "one")
                .write(
                        ".slipway.yml",
                        """
                        apps:
                          clicked: { build: { dockerfile: Dockerfile }, port: 8080 }
                        environments:
                          production: { from: main, approval: {} }
                        """)
                .commit("One");
        Pushes.passes(git);
        try (Chromium chromium = new Chromium()) {
            Page page = chromium.browser().newPage();
            page.setDefaultTimeout(60_000);
            page.navigate("http://localhost:" + slipway.port() + "/");
            page.locator("input[type=password]").fill(slipway.token());
            page.keyboard().press("Enter");
            page.getByText("Now").first().waitFor();
            page.navigate("http://localhost:" + slipway.port() + "/clicked/runs/1");
            Locator approve = page.getByText("Approve production");
            approve.waitFor();
            assertThat(
                            page.getByText("Reject", new Page.GetByTextOptions().setExact(true))
                                    .isDisabled())
                    .as("without a reason")
                    .isTrue();
            page.getByLabel("Why").fill("seen on staging");
            approve.click();
            page.getByText("approved by").waitFor();
            assertThat(page.getByText("seen on staging").isVisible()).isTrue();
        }
        Await.until(
                "it is live",
                () ->
                        slipway.get("clicked.localhost", "/").status() == 200
                                && slipway.page("clicked.localhost", "/").equals("one"));
    }

    private JsonNode approvals(int run) {
        return slipway.api("/projects/asked/runs/" + run + "/approvals").path("approvals").path(0);
    }
}
