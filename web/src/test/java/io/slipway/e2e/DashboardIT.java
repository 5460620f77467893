package io.slipway.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A person in a browser: signs in, follows a run live, clicks through to the app.
@ExtendWith(SlipwayExtension.class)
class DashboardIT {
    private final Slipway slipway;

    DashboardIT(Slipway slipway) {
        this.slipway = slipway;
    }

    @Test
    void aRunIsFollowedLiveAndTheAppIsOneClickAway() {
        Git git = slipway.repository("watched");
        git.write("Dockerfile", Apps.SERVES)
                .write("index.html", "<h1>It is me</h1>")
                .write(
                        ".slipway.yml",
                        """
                        jobs:
                          test: { image: busybox, steps: ["i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo line $i; usleep 250000; done"] }
                        apps:
                          watched: { build: { dockerfile: Dockerfile }, port: 8080 }
                        """)
                .commit("First");
        try (Chromium chromium = new Chromium()) {
            Page page = chromium.browser().newPage();
            page.setDefaultTimeout(60_000);
            signIn(page);
            Process push = git.start("push", "slipway", "HEAD:main");
            follow(page);
            Await.until("the push ended", () -> !push.isAlive());
            clickThrough(page);
        }
    }

    private void signIn(Page page) {
        page.navigate("http://localhost:" + slipway.port() + "/");
        page.locator("input[type=password]").fill(slipway.token());
        page.keyboard().press("Enter");
        assertThat(page.locator("input[type=password]")).hasCount(0);
    }

    private void follow(Page page) {
        Await.until(
                "the run is there",
                () -> slipway.api("/projects/watched/runs").path("runs").size() == 1);
        page.navigate("http://localhost:" + slipway.port() + "/watched/runs/1");
        Locator line = page.getByText("line 10", new Page.GetByTextOptions().setExact(true));
        line.waitFor();
        assertThat(slipway.api("/projects/watched/runs/1").path("state").asString())
                .as("the log was live")
                .isEqualTo("running");
        // Not the last line: with the job's end the page goes on to the job that runs then.
        page.getByText("line 40", new Page.GetByTextOptions().setExact(true)).waitFor();
    }

    private void clickThrough(Page page) {
        page.navigate("http://localhost:" + slipway.port() + "/watched");
        Locator link =
                page.getByRole(AriaRole.LINK)
                        .and(page.locator("a[href^='http']"))
                        .and(page.locator("a[href*='127.0.0.1:'], a[href*='watched.localhost']"))
                        .first();
        Page app =
                "_blank".equals(link.getAttribute("target"))
                        ? page.waitForPopup(link::click)
                        : clicked(page, link);
        assertThat(app.locator("h1")).hasText("It is me");
    }

    private static Page clicked(Page page, Locator link) {
        link.click();
        return page;
    }
}
