package io.slipway.runners.docker.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.image.BuildFailed;
import io.slipway.engine.image.ImageBuilder.BuildOrder;
import io.slipway.engine.image.Recorded;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.run.AttemptName;
import io.slipway.fault.Fault;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerExtension;
import io.slipway.runners.docker.EngineRequest;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// Dockerfiles that want more than there is: each ends by the limit that names it, the builder goes
/// on, and so does the one of another project.
@ExtendWith({DatabaseExtension.class, DockerExtension.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
final class HostileDockerfilesTest {
    private static final long HOSTILE = 1;
    private static final long NEIGHBOUR = 2;
    private static final Resources LIMITS = new Resources(500, 192L << 20, 200);

    private DockerEngine engine;
    private DockerExtension.Instance instance;
    private final List<AttemptName> used = new ArrayList<>();
    private BuilderFixture fixture;

    @BeforeAll
    void open(
            @TempDir Path folder,
            Database database,
            DockerEngine given,
            DockerExtension.Instance of)
            throws Exception {
        engine = given;
        instance = of;
        fixture =
                BuilderFixture.of(
                        engine,
                        instance.id(),
                        TestRegistry.of(database, folder),
                        LIMITS,
                        Duration.ofMinutes(10));
        well(HOSTILE);
        well(NEIGHBOUR);
    }

    @AfterEach
    void theNeighbourLives() throws Exception {
        used.forEach(fixture.builder()::remove);
        well(NEIGHBOUR);
    }

    @AfterAll
    void close() {
        fixture.close();
    }

    @Test
    void memory() throws Exception {
        String before = container(HOSTILE);
        BuildFailed failed =
                failure("FROM busybox\nRUN echo " + word() + "; tail -c 1000m /dev/zero\n");
        assertThat(failed.line()).isEqualTo(2);
        assertThat(failed.exitCode()).isEqualTo(137);
        assertThat(failed.limit())
                .isEqualTo("out of memory: the builder has 192 MiB for all that runs in it");
        well(HOSTILE);
        assertThat(container(HOSTILE)).isEqualTo(before);
    }

    /// BuildKit needs threads itself, so that its container may end with the commands of the
    /// Dockerfile. Then the next build has another one.
    @Test
    void processes() throws Exception {
        String script =
                "echo "
                        + word()
                        + "; i=0; while [ $i -lt 2000 ]; do sleep 30 & i=$((i + 1)); done; wait";
        Throwable thrown =
                catchThrowable(() -> build(HOSTILE, "FROM busybox\nRUN " + script + "\n"));
        if (thrown instanceof BuildFailed failed) {
            assertThat(failed.line()).isEqualTo(2);
            assertThat(failed.limit()).isEqualTo("too many processes: the builder may have 200");
        } else {
            assertThat(thrown).isInstanceOf(Fault.class).hasMessageContaining("builder");
        }
        well(HOSTILE);
    }

    @Test
    void processorTime() throws Exception {
        Recorded told = new Recorded();
        String loop = "(while :; do :; done) & (while :; do :; done) & while :; do :; done";
        Thread building = begin(told, "FROM busybox\nRUN echo " + word() + "; " + loop + "\n");
        await().atMost(Duration.ofSeconds(60)).until(() -> !told.output.isEmpty());
        long begun = cpuNanos();
        Thread.sleep(4000);
        assertThat(cpuNanos() - begun)
                .as("half a processor for 4 s")
                .isBetween(1_000_000_000L, 2_800_000_000L);
        well(NEIGHBOUR);
        building.interrupt();
        building.join();
        well(HOSTILE);
    }

    @Test
    void endlessOutput() throws Exception {
        Recorded told = new Recorded();
        String word = word();
        Thread building = begin(told, "FROM busybox\nRUN echo " + word + "; yes\n");
        await().atMost(Duration.ofSeconds(120))
                .until(
                        () ->
                                told.output.values().stream()
                                        .anyMatch(text -> text.contains("output clipped")));
        assertThat(told.output.values().stream().mapToInt(String::length).max().orElse(0))
                .isLessThan(18 << 20);
        building.interrupt();
        building.join();
        well(HOSTILE);
    }

    /// Neither BuildKit's socket, nor its processes, nor the engine's socket.
    @Test
    void accessToTheDaemon() throws Exception {
        Recorded told = new Recorded();
        build(
                HOSTILE,
                told,
                """
                FROM busybox
                RUN echo %s; ls /run/slipway /var/run/docker.sock /home/user; \\
                    for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline; echo; done; \\
                    ls /proc/1/root/run/slipway; mount -t tmpfs x /mnt; mknod /dev/x b 8 0; \\
                    cat /proc/kcore | head -c 1 | wc -c; echo end
                """
                        .formatted(word()));
        String printed = String.join("", told.output.values());
        assertThat(printed).endsWith("end\n");
        assertThat(printed).doesNotContain("buildkitd").doesNotContain("buildctl");
        assertThat(printed).contains("ls: /run/slipway: No such file or directory");
    }

    @Test
    void anotherProjectsCache() throws Exception {
        String word = word();
        String mount = "RUN --mount=type=cache,id=shared,target=/c ";
        build(HOSTILE, "FROM busybox\n" + mount + "echo " + word + " >/c/word\n");
        Recorded told = new Recorded();
        build(
                NEIGHBOUR,
                told,
                "FROM busybox\n" + mount + "echo " + word() + " $(cat /c/word 2>/dev/null)\n");
        assertThat(String.join("", told.output.values())).doesNotContain(word);
        assertThat(container(NEIGHBOUR)).isNotEqualTo(container(HOSTILE));
    }

    private static String word() {
        return UUID.randomUUID().toString();
    }

    private void well(long project) throws Exception {
        build(project, "FROM busybox\nRUN echo " + word() + "\n");
    }

    private BuildFailed failure(String dockerfile) {
        BuildFailed failed =
                catchThrowableOfType(BuildFailed.class, () -> build(HOSTILE, dockerfile));
        assertThat(failed).as("the build fails").isNotNull();
        return failed;
    }

    private Thread begin(Recorded told, String dockerfile) {
        return Thread.ofVirtual()
                .start(() -> catchThrowable(() -> build(HOSTILE, told, dockerfile)));
    }

    private void build(long project, String dockerfile) throws Exception {
        build(project, new Recorded(), dockerfile);
    }

    private void build(long project, Recorded told, String dockerfile) throws Exception {
        BuildOrder order = Orders.of(instance.id(), project, dockerfile);
        used.add(order.name());
        fixture.builder().build(order, told);
    }

    private String container(long project) {
        return engine.client()
                .inspectContainerCmd("slipway-" + instance.id() + "-builder-" + project)
                .exec()
                .getId();
    }

    /// What the builder has used until now, as the engine counts it.
    private long cpuNanos() throws Exception {
        var request =
                EngineRequest.of("GET", "/containers/" + container(HOSTILE) + "/stats?stream=false")
                        .within(Duration.ofSeconds(30));
        try (var reply = engine.socket().send(request)) {
            return reply.json().path("cpu_stats").path("cpu_usage").path("total_usage").asLong();
        }
    }
}
