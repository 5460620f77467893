package io.slipway.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.AriaRole;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A person in a browser: signs in, follows a run live, clicks through to the app.
@ExtendWith(SlipwayExtension.class)
class DashboardIT {
    private static final List<String> FLAGS =
            List.of(
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync");

    private final Slipway slipway;

    DashboardIT(Slipway slipway) {
        this.slipway = slipway;
    }

    @Test
    void aRunIsFollowedLiveAndTheAppIsOneClickAway() {
        Path chromium = chromium();
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
        Playwright.CreateOptions noDownload =
                new Playwright.CreateOptions()
                        .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"));
        try (Playwright playwright = Playwright.create(noDownload);
                Browser browser =
                        playwright
                                .chromium()
                                .launch(
                                        new BrowserType.LaunchOptions()
                                                .setExecutablePath(chromium)
                                                .setArgs(FLAGS))) {
            Page page = browser.newPage();
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

    private static Path chromium() {
        String named = System.getProperty("slipway.chromium");
        Path found =
                List.of(
                                named == null || named.isEmpty() ? "/usr/bin/chromium" : named,
                                "/usr/bin/chromium-browser",
                                "/usr/bin/google-chrome")
                        .stream()
                        .map(Path::of)
                        .filter(Files::isExecutable)
                        .findFirst()
                        .orElse(null);
        if (found == null) {
            if ("true".equals(System.getenv("CI"))) {
                throw new AssertionError("the tests need chromium");
            }
            Assumptions.abort("no chromium");
        }
        return found;
    }
}
