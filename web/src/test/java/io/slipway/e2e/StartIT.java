package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import tools.jackson.databind.JsonNode;

/// Runs that no push starts: by hand, with inputs, and by a schedule.
@ExtendWith(SlipwayExtension.class)
class StartIT {
    private static final String ASKS =
            """
            on:
              push: {}
              schedule: [{ cron: "0 3 * * 1-5", zone: Europe/Berlin }]
              manual: { inputs: { level: { about: how much, options: [info, debug], default: info }, who: {} } }
            jobs:
              job: { image: busybox, steps: ['echo "level is $SLIPWAY_INPUT_LEVEL by $SLIPWAY_EVENT for $SLIPWAY_INPUT_WHO"'] }
            apps: {}
            """;

    private final Slipway slipway;

    StartIT(Slipway slipway) {
        this.slipway = slipway;
    }

    private Git asks(String project) {
        Git git = slipway.repository(project);
        git.write(".slipway.yml", ASKS).commit("One");
        Pushes.passes(git);
        return git;
    }

    private String log(String project, int run) {
        long job =
                slipway.api("/projects/" + project + "/runs/" + run)
                        .path("jobs")
                        .path(0)
                        .path("id")
                        .asLong();
        return slipway.api("/jobs/" + job + "/attempts/1/log/lines").path("lines").toString();
    }

    @Test
    void inputsReachStepsAndNothingIsPutIntoAScript() {
        Git git = asks("byhand");
        Program.Ended said =
                slipway.run(
                        git.folder(), "", "start", "-i", "level=debug", "-i", "who=$(id); \"x\"");

        assertThat(said.output()).contains("run 2 of byhand is started");
        assertThat(said.code()).isZero();
        assertThat(log("byhand", 2)).contains("level is debug by manual for $(id); \\\"x\\\"");
        JsonNode run = slipway.api("/projects/byhand/runs/2");
        assertThat(run.path("trigger").asString()).isEqualTo("manual");
        assertThat(run.path("cause").asString()).startsWith("start level=debug");
        assertThat(slipway.run(git.folder(), "", "runs").output()).contains("start level=debug");

        Program.Ended refused = slipway.run(git.folder(), "", "start", "-i", "level=debgu");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.output())
                .contains("cannot start a run of main: level: 'debgu' is none of the options")
                .contains("did you mean 'debug'?");
    }

    @Test
    void whatIsDueRunsAndSaysWhy() {
        Git git = asks("nightly");
        Await.until("the schedule is known", () -> !schedules().isEmpty());
        assertThat(slipway.run(git.folder(), "", "schedules").output())
                .contains("0 3 * * 1-5 Europe/Berlin  the default branch: next 20");
        slipway.change(
                tx ->
                        tx.update(
                                """
                                update schedules
                                set due_at = date_trunc('second', clock_timestamp())
                                where project_id = (select id from projects where name = 'nightly')
                                """));

        Await.until(
                "the scheduled run succeeded",
                () ->
                        slipway.api("/projects/nightly/runs/2")
                                .path("outcome")
                                .asString("")
                                .equals("succeeded"));
        assertThat(slipway.api("/projects/nightly/runs/2").path("cause").asString())
                .isEqualTo("schedule: 0 3 * * 1-5 Europe/Berlin");
        assertThat(log("nightly", 2)).contains("level is  by schedule for ");
        String id = schedules().path(0).path("id").toString();
        assertThat(slipway.run(git.folder(), "", "schedules", "--pause", id).output())
                .contains("paused, last run 2");
        assertThat(slipway.run(git.folder(), "", "schedules", "--resume", id).output())
                .contains("next 20");
    }

    private JsonNode schedules() {
        return slipway.api("/projects/nightly/schedules").path("schedules");
    }

    @Test
    void theProjectsPageStartsOne() {
        asks("button");
        try (Chromium chromium = new Chromium()) {
            Page page = chromium.browser().newPage();
            page.navigate("http://localhost:" + slipway.port() + "/button");
            page.locator("input[type=password]").fill(slipway.token());
            page.keyboard().press("Enter");
            page.getByText("Start a run").click();
            page.getByLabel("level").selectOption("debug");
            page.getByLabel("who").fill("the page");
            page.getByRole(
                            AriaRole.BUTTON,
                            new Page.GetByRoleOptions().setName("Start").setExact(true))
                    .click();
            page.getByText("Run 2").first().waitFor();
        }
        Await.until(
                "run 2 succeeded",
                () ->
                        slipway.api("/projects/button/runs/2")
                                .path("outcome")
                                .asString("")
                                .equals("succeeded"));
        assertThat(log("button", 2)).contains("level is debug by manual for the page");
    }
}
