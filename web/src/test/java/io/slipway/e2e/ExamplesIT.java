package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What `examples/` promises.
@ExtendWith(SlipwayExtension.class)
class ExamplesIT {
    private final Slipway slipway;

    ExamplesIT(Slipway slipway) {
        this.slipway = slipway;
    }

    @Test
    void aProjectWithoutAnyFileIsBuiltAndServed() {
        SlipwayExtension.baseImages("python:3.11-slim");
        Git git = slipway.repository("no-file", "no-file");
        git.commit("First");

        String output = Pushes.passes(git);

        assertThat(output)
                .contains("found a Python project", "success: no-file #1 is live in production");
        assertThat(slipway.page("no-file.localhost", "/"))
                .isEqualTo(
                        """
                        <title>No file</title>
                        <h1>Nobody wrote a Dockerfile for this</h1>
                        """);
    }

    @Test
    void jobsCheckBeforeTheAppIsShipped() {
        Git git = slipway.repository("checked", "checked");
        git.commit("First");

        String output = Pushes.passes(git);

        assertThat(output).contains("page", "starts", "success: checked #1 is live in production");
        assertThat(slipway.page("checked.localhost", "/")).contains("<title>");
    }

    @Test
    void twoAppsCallEachOtherByName() {
        Git git = slipway.repository("two-apps", "two-apps");
        git.commit("First");

        Pushes.passes(git);

        String host =
                slipway.api("/projects/two-apps").path("apps").size() == 2
                        ? "two-apps.localhost"
                        : "no two apps";
        Await.untilAsserted(
                "the apps know each other",
                () ->
                        assertThat(slipway.page(host, "/cgi-bin/index.cgi"))
                                .isEqualTo(
                                        """
                                        This is the site.
                                        This is the greeter, greeting the site.
                                        """));
    }

    @Test
    void dataOfAReadyImageSurvivesTheNextPush() {
        Git git = slipway.repository("with-database", "with-database");
        git.commit("First");
        Pushes.passes(git);
        String host = "with-database.localhost";
        Await.until(
                "the store answers",
                () -> slipway.page(host, "/cgi-bin/index.cgi").startsWith("Visit"));
        int visits = visits(host);

        git.write("counter/www/more.txt", "more").commit("Second");
        Pushes.passes(git);

        Await.untilAsserted(
                "the count goes on", () -> assertThat(visits(host)).isGreaterThan(visits));
        assertThat(slipway.page(host, "/more.txt")).isEqualTo("more");
    }

    private int visits(String host) {
        return Integer.parseInt(
                slipway.page(host, "/cgi-bin/index.cgi").strip().replaceAll("[^0-9]", "0"));
    }
}
