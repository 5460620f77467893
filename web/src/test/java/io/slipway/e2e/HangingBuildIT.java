package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.image.ImageBuilderContract;
import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.util.UUID;

/// The build of an image that hangs is over 15 s after it should be, and nothing of it runs on.
@ExtendWith(SlipwayExtension.class)
class HangingBuildIT {
    private static final Duration BAR = Duration.ofSeconds(15);
    private static final Duration LIMIT = Duration.ofSeconds(6);

    private final Slipway slipway;
    private final String unique = UUID.randomUUID().toString();

    HangingBuildIT(Slipway slipway) {
        this.slipway = slipway;
    }

    private Git hangs(String project) {
        Git git = slipway.repository(project);
        git.write("Dockerfile", "FROM busybox\nRUN echo begun; sleep 600; echo " + unique + "\n")
                .commit("It hangs");
        return git;
    }

    private static Thread push(Git git) {
        return Thread.ofVirtual().start(() -> git.run("push", "slipway", "HEAD:main"));
    }

    private boolean builds() {
        return ImageBuilderContract.runs(unique);
    }

    private JsonNode run(String project, int number) {
        return slipway.api("/projects/" + project + "/runs/" + number);
    }

    private boolean isOver(String project, int number) {
        return run(project, number).path("state").asString().equals("ended") && !builds();
    }

    @Test
    void aCancelEndsIt() throws Exception {
        String project = "build-cancelled";
        Thread push = push(hangs(project));
        Await.until("it builds", this::builds);

        slipway.api("POST", "/projects/" + project + "/runs/1/cancel", "");

        Await.until("it is over", BAR, () -> isOver(project, 1));
        assertThat(run(project, 1).path("outcome").asString()).isEqualTo("cancelled");
        push.join();
    }

    /// The limit is given to the job while its project is paused: files give images none.
    @Test
    void aTimeLimitEndsIt() throws Exception {
        String project = "build-overtime";
        Git git = slipway.repository(project);
        git.write(".slipway.yml", "jobs: { a: { image: busybox, steps: ['true'] } }\napps: {}\n")
                .commit("First");
        Pushes.passes(git);
        pause(project, true);
        git.write("Dockerfile", "FROM busybox\nRUN echo begun; sleep 600; echo " + unique + "\n")
                .write(".slipway.yml", "apps: { web: { build: { dockerfile: Dockerfile } } }\n")
                .commit("It hangs");
        Thread push = push(git);
        Await.until("it is limited", () -> limited(project));
        pause(project, false);
        Await.until("it builds", this::builds);

        Await.until("it is over", LIMIT.plus(BAR), () -> isOver(project, 2));
        assertThat(run(project, 2).path("outcome").asString()).isEqualTo("failed");
        assertThat(run(project, 2).path("reason").asString())
                .contains("its time limit of 6 s was reached");
        push.join();
    }

    private void pause(String project, boolean paused) {
        slipway.change(
                tx -> tx.update("update projects set paused = ? where name = ?", paused, project));
    }

    /// @return whether there is an image to be built that has a limit now
    private boolean limited(String project) {
        slipway.change(
                tx ->
                        tx.update(
                                """
                                update jobs j set spec = spec || '{"timeout": "PT6S"}'
                                from projects p
                                where p.id = j.project_id and p.name = ? and j.kind = 'image'
                                """,
                                project));
        return slipway.read(
                tx ->
                        tx.one(
                                """
                                select count(*) > 0 as found
                                from jobs j join projects p on p.id = j.project_id
                                where p.name = ? and j.kind = 'image'
                                """,
                                row -> row.flag("found"),
                                project));
    }
}
