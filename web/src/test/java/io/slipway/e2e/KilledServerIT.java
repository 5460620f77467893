package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;
import io.slipway.web.traffic.Load;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/// The server is killed with -9 at any moment: nothing is lost, nothing stays running, and apps do
/// not notice.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KilledServerIT {
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

    @Test
    void aStepThatRunsGoesOnAndItsLogIsWhole() {
        Git git = slipway.repository("step");
        git.write(
                        ".slipway.yml",
                        """
                        jobs:
                          count:
                            image: busybox
                            steps: ["i=0; while [ $i -lt 80 ]; do i=$((i+1)); echo line $i; usleep 250000; done"]
                        apps: {}
                        """)
                .commit("Counts");
        Process push = git.start("push", "slipway", "HEAD:main");
        Await.until(
                "the step prints",
                () ->
                        job("step", 1, "count").path("attempts").size() == 1
                                && lines(job("step", 1, "count")) > 3);

        slipway.kill();
        Await.until("git ended", () -> !push.isAlive());
        slipway.startAgain();

        ended("step", 1, "succeeded");
        JsonNode job = job("step", 1, "count");
        assertThat(job.path("attempts").size()).isEqualTo(1);
        JsonNode log =
                slipway.api("/jobs/" + job.path("id").asLong() + "/attempts/1/log/lines?count=500");
        StringBuilder expected = new StringBuilder();
        for (int i = 1; i <= 80; i++) {
            expected.append("line ").append(i).append('\n');
        }
        StringBuilder told = new StringBuilder();
        log.path("lines").forEach(line -> told.append(line.asString()).append('\n'));
        assertThat(told.toString()).isEqualTo(expected.toString());
        assertThat(git.must("ls-remote", "slipway", "refs/heads/main"))
                .startsWith(git.head().toString());
    }

    private long lines(JsonNode job) {
        return slipway.api("/jobs/" + job.path("id").asLong() + "/attempts/1/log")
                .path("lines")
                .asLong();
    }

    @Test
    void anImageThatIsBuiltEndsAndTheNextPushWorks() {
        Git git = slipway.repository("image");
        git.write("index.html", "one")
                .write(
                        "Dockerfile",
                        Apps.SERVES.replace(
                                "EXPOSE",
                                "RUN echo building " + System.nanoTime() + "; sleep 8\nEXPOSE"))
                .commit("One");
        Process push = git.start("push", "slipway", "HEAD:main");
        Await.until(
                "the layer is built",
                () -> job("image", 1, "image image").path("state").asString().equals("running"));

        killDuring(push);

        ended("image", 1, "succeeded");
        nextPushWorks(git, "image");
    }

    @Test
    void aRolloutEndsAndTheNextPushWorks() {
        Git git = slipway.repository("rollout");
        git.write("index.html", "one")
                .write("Dockerfile", Apps.SERVES.replace("exec httpd", "sleep 8; exec httpd"))
                .commit("One");
        Process push = git.start("push", "slipway", "HEAD:main");
        Await.until(
                "the container starts",
                () ->
                        job("rollout", 1, "rollout to production")
                                .path("state")
                                .asString()
                                .equals("running"));

        killDuring(push);

        ended("rollout", 1, "succeeded");
        assertThat(slipway.page("rollout.localhost", "/")).isEqualTo("one");
        nextPushWorks(git, "rollout");
    }

    @Test
    void aHookThatRunsGoesOnAndRunsOnce() {
        Git git = slipway.repository("hooked");
        git.write("index.html", "one")
                .write("Dockerfile", Apps.SERVES.replace("-h /www", "-h /data"))
                .write(
                        ".slipway.yml",
                        """
                        apps:
                          hooked:
                            build: { dockerfile: Dockerfile }
                            volumes: [{ name: data, path: /data }]
                            hooks: { before: ["echo begun >> /data/index.html; sleep 8; echo done >> /data/index.html"] }
                        """)
                .commit("One");
        Process push = git.start("push", "slipway", "HEAD:main");
        Await.until(
                "the hook runs",
                () ->
                        job("hooked", 1, "hooked to production")
                                .path("attempts")
                                .path(0)
                                .path("steps")
                                .path(0)
                                .path("state")
                                .asString()
                                .equals("running"));

        killDuring(push);

        ended("hooked", 1, "succeeded");
        assertThat(slipway.page("hooked.localhost", "/")).isEqualTo("begun\ndone\n");
    }

    @Test
    void appsAnswerWhileTheServerIsAwayAndWhileTheSwitchIsUpgraded() throws Exception {
        Git git = slipway.repository("steady", "hello");
        git.commit("First");
        Pushes.passes(git);
        long before = slipway.switchProcess();

        try (Load load = new Load(slipway.port(), "steady.localhost", 200)) {
            int answered = load.succeeded();
            slipway.kill();
            Await.until("answered without a server", () -> load.succeeded() > answered + 1000);
            assertThat(slipway.get("localhost", "/").status()).isEqualTo(503);
            slipway.startAgain("SLIPWAY_TRUSTED_PROXIES", "10.9.8.0/24");
            assertThat(slipway.switchProcess()).as("another switch").isNotEqualTo(before);
            int later = load.succeeded();
            Await.until("answered by the new switch", () -> load.succeeded() > later + 400);
            slipway.dropsNothing(load);
        }
    }

    @Test
    void aKilledSwitchStartsAgainFromTheArchiveOfItsClasses() throws Exception {
        Await.until("the archive is made", KilledServerIT::hasArchive);
        long before = slipway.switchProcess();

        ProcessHandle.of(before).orElseThrow().destroyForcibly();

        Await.until("another serves", () -> slipway.switchProcess() != before);
        Await.until("it answers", () -> slipway.get("localhost", "/readyz").status() == 200);
        String command =
                ProcessHandle.of(slipway.switchProcess())
                        .orElseThrow()
                        .info()
                        .commandLine()
                        .orElseThrow();
        assertThat(command).contains("-XX:SharedArchiveFile=");
    }

    private static boolean hasArchive() throws IOException {
        try (Stream<Path> files = Files.list(Program.home().resolve("web/target/archives"))) {
            return files.map(file -> file.getFileName().toString())
                    .anyMatch(name -> name.startsWith("switch-") && name.endsWith(".jsa"));
        }
    }

    private void killDuring(Process push) {
        slipway.kill();
        Await.until("git ended", () -> !push.isAlive());
        slipway.startAgain();
    }

    private JsonNode job(String project, int run, String name) {
        for (JsonNode job : slipway.api("/projects/" + project + "/runs/" + run).path("jobs")) {
            if (job.path("name").asString().equals(name)) {
                return job;
            }
        }
        throw new IllegalStateException("no job " + name);
    }

    private void ended(String project, int run, String outcome) {
        Await.until(
                "run " + run + " of " + project + " ended",
                () -> state(project, run).path("state").asString().equals("ended"));
        JsonNode ended = state(project, run);
        assertThat(ended.path("outcome").asString()).as(ended.toString()).isEqualTo(outcome);
        Await.untilAsserted(
                "nothing of the run is left",
                () -> assertThat(slipway.engine().jobs(slipway.instance())).isEmpty());
    }

    private JsonNode state(String project, int run) {
        return slipway.api("/projects/" + project + "/runs/" + run);
    }

    private void nextPushWorks(Git git, String project) {
        git.write("index.html", "two").commit("Two");
        Pushes.passes(git);
        assertThat(slipway.page(project + ".localhost", "/")).isEqualTo("two");
    }
}
