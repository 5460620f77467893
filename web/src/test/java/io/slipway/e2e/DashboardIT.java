package io.slipway.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;

import io.slipway.engine.source.Git;
import io.slipway.web.api.ContractCheck;

import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.stream.IntStream;

/// A person in a browser: signs in, follows a run live, also while the server is started again,
/// clicks through to the app, says who may do what.
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

    @Test
    void whoWatchesSeesNoGapWhenTheServerIsStartedAgain() {
        Git git = slipway.repository("watcher");
        git.write(
                        ".slipway.yml",
                        """
                        jobs:
                          count: { image: busybox, steps: ["i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo tick $i; usleep 100000; done"] }
                        """)
                .commit("Count");
        Process push = git.start("push", "slipway", "HEAD:main");
        Await.until(
                "the run is there",
                () -> slipway.api("/projects/watcher/runs").path("runs").size() == 1);
        try (Chromium chromium = new Chromium()) {
            Page page = chromium.browser().newPage();
            page.setDefaultTimeout(60_000);
            signIn(page);
            page.navigate(address("/watcher/runs/1"));
            page.getByText("tick 5", new Page.GetByTextOptions().setExact(true)).waitFor();
            slipway.stop();
            page.getByText("Reconnecting").waitFor();
            slipway.startAgain();
            page.getByText("tick 400", new Page.GetByTextOptions().setExact(true)).waitFor();
            assertThat(page.getByText("Reconnecting")).hasCount(0);
            Object shown =
                    page.evaluate(
                            "[...document.querySelectorAll('.log .t')].map(t =>"
                                + " t.textContent.trim()).filter(t => t.startsWith('tick ')).map(t"
                                + " => Number(t.slice(5)))");
            List<Integer> ticks =
                    ((List<?>) shown).stream().map(n -> ((Number) n).intValue()).toList();
            int first = ticks.getFirst();
            assertThat(ticks).isEqualTo(IntStream.rangeClosed(first, 400).boxed().toList());
        }
        Await.until("the push ended", () -> !push.isAlive());
    }

    @Test
    void oneJobIsEndedAndTriedAgainByItself() {
        Git git = slipway.repository("single");
        git.write(
                        ".slipway.yml",
                        """
                        jobs:
                          quick: { image: busybox, steps: ["echo quick"] }
                          slow: { image: busybox, steps: ["echo begins; sleep 600"] }
                        """)
                .commit("Two jobs");
        Process push = git.start("push", "slipway", "HEAD:main");
        Await.until("the slow job runs", () -> state("slow").equals("running"));
        try (Chromium chromium = new Chromium()) {
            Page page = chromium.browser().newPage();
            page.setDefaultTimeout(60_000);
            signIn(page);
            page.navigate(address("/single/runs/1/slow"));
            button(page, "Cancel job slow").click();
            Await.until("the push ended", () -> !push.isAlive());
            Await.until("the job was cancelled", () -> state("slow").equals("cancelled"));
            assertThat(state("quick")).isEqualTo("succeeded");
            page.navigate(address("/single/runs/1/quick"));
            button(page, "Retry job quick").click();
            Await.until(
                    "it was tried again",
                    () ->
                            slipway
                                    .api("/projects/single/runs/1")
                                    .path("jobs")
                                    .findValues("attempts")
                                    .stream()
                                    .anyMatch(attempts -> attempts.size() == 2));
            button(page, "attempt 2").waitFor();
            Await.until("it ended", () -> state("quick").equals("succeeded"));
            assertThat(state("slow")).as("the other is left alone").isEqualTo("cancelled");
        }
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
    }

    private String state(String job) {
        for (JsonNode one : slipway.api("/projects/single/runs/1").path("jobs")) {
            if (one.path("name").asString().equals(job)) {
                return one.path("outcome").asString(one.path("state").asString());
            }
        }
        return "";
    }

    @Test
    void aRoleIsGivenAfterASecondPressAndDisablingCanBeTakenBack() {
        slipway.api("POST", "/people", "{\"name\":\"mira\",\"role\":\"maintainer\"}");
        try (Chromium chromium = new Chromium()) {
            Page page = chromium.browser().newPage();
            page.setDefaultTimeout(60_000);
            signIn(page);
            page.navigate(address("/-/people"));
            Locator role =
                    page.getByLabel("Role of mira", new Page.GetByLabelOptions().setExact(true));
            role.selectOption("viewer");
            assertThat(roleOf("mira")).isEqualTo("maintainer");
            page.getByText("Leave it").click();
            assertThat(role).hasValue("maintainer");
            role.selectOption("developer");
            page.getByText("Give it").click();
            assertThat(page.getByText("Give it")).hasCount(0);
            assertThat(roleOf("mira")).isEqualTo("developer");
            page.getByLabel("Disable mira").click();
            page.getByText("Undo").click();
            assertThat(page.getByLabel("Disable mira")).isVisible();
            page.getByLabel("Disable mira").click();
            page.getByLabel("Enable mira").waitFor(); // five seconds later
            page.getByLabel("Enable mira").click();
            assertThat(page.getByLabel("Disable mira")).isVisible();
        }
    }

    private String roleOf(String person) {
        return slipway.api("/people")
                .path("people")
                .valueStream()
                .filter(one -> one.path("name").asString("").equals(person))
                .map(one -> one.path("role").asString(""))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void everyOperationOfTheContractIsThereAndAsksWhoItIs() {
        SoftAssertions all = new SoftAssertions();
        ContractCheck.operations()
                .forEach(
                        operation -> {
                            String path = operation.path().replaceAll("\\{[a-z]+}", "1");
                            int status = slipway.statusForNobody(operation.method(), path);
                            if (operation.forNobody()) {
                                all.assertThat(status).as(operation.toString()).isNotEqualTo(401);
                            } else {
                                all.assertThat(status).as(operation.toString()).isEqualTo(401);
                            }
                        });
        all.assertAll();
    }

    @Test
    void aThemeThatWasChosenStays() {
        try (Chromium chromium = new Chromium()) {
            Page page = chromium.browser().newPage();
            signIn(page);
            page.navigate(address("/-/settings"));
            String colour = "getComputedStyle(document.body).backgroundColor";
            assertThat(page.evaluate(colour)).isEqualTo("rgb(251, 251, 250)");
            page.getByLabel("Theme").selectOption("dark");
            assertThat(page.evaluate(colour)).isEqualTo("rgb(14, 16, 20)");
            page.reload();
            assertThat(page.getByLabel("Theme")).hasValue("dark");
            assertThat(page.evaluate(colour)).isEqualTo("rgb(14, 16, 20)");
        }
    }

    private String address(String path) {
        return "http://localhost:" + slipway.port() + path;
    }

    private void signIn(Page page) {
        page.navigate(address("/"));
        page.locator("input[type=password]").fill(slipway.token());
        page.keyboard().press("Enter");
        assertThat(page.locator("input[type=password]")).hasCount(0);
    }

    private void follow(Page page) {
        Await.until(
                "the run is there",
                () -> slipway.api("/projects/watched/runs").path("runs").size() == 1);
        page.navigate(address("/watched/runs/1"));
        Locator line = page.getByText("line 10", new Page.GetByTextOptions().setExact(true));
        line.waitFor();
        assertThat(slipway.api("/projects/watched/runs/1").path("state").asString())
                .as("the log was live")
                .isEqualTo("running");
        // Not the last line: with the job's end the page goes on to the job that runs then.
        page.getByText("line 40", new Page.GetByTextOptions().setExact(true)).waitFor();
    }

    private void clickThrough(Page page) {
        page.navigate(address("/watched"));
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
