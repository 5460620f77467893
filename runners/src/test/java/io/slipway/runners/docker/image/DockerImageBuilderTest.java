package io.slipway.runners.docker.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.slipway.engine.image.BuildFailed;
import io.slipway.engine.image.ImageBuilder.BuildOrder;
import io.slipway.engine.image.ImageBuilder.Built;
import io.slipway.engine.image.ImageBuilder.Dockerfile;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.source.TarStream;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerExtension;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

@ExtendWith(DockerExtension.class)
final class DockerImageBuilderTest {
    private final DockerEngine engine;
    private final DockerImageBuilder builder;
    private final Recorded told = new Recorded();
    private final List<String> made = new ArrayList<>();
    private final String unique = UUID.randomUUID().toString();

    DockerImageBuilderTest(DockerEngine engine) {
        this.engine = engine;
        this.builder = new DockerImageBuilder(engine, null);
    }

    @AfterEach
    void nothingIsLeft() {
        made.forEach(id -> engine.client().removeImageCmd(id).withForce(true).exec());
    }

    @Test
    void anImageIsWhatItsDockerfileSays() throws Exception {
        Built built =
                build(
                        """
                        FROM busybox
                        COPY Dockerfile /kept
                        RUN echo printed %s
                        EXPOSE 8080 9090/tcp 53/udp
                        USER 1000:1000
                        ENTRYPOINT ["httpd"]
                        CMD ["-f"]
                        """
                                .formatted(unique));
        assertThat(built.engineId()).matches("sha256:[0-9a-f]{64}");
        assertThat(built.platform()).isEqualTo("linux/" + engine.facts().architecture());
        assertThat(built.ports()).containsExactly(8080, 9090);
        assertThat(built.user()).isEqualTo("1000:1000");
        assertThat(built.command()).containsExactly("httpd", "-f");
        assertThat(built.size()).isPositive();
        assertThat(told.layers.get("[2/3] COPY Dockerfile /kept")).isEqualTo("done");
        assertThat(told.output.get("[3/3] RUN echo printed " + unique))
                .isEqualTo("printed " + unique + "\n");
        assertThat(told.layers.keySet()).noneMatch(name -> name.startsWith("[internal]"));
    }

    @Test
    void aSecondBuildOfTheSameComesFromTheCache() throws Exception {
        String text = "FROM busybox\nRUN echo " + unique + "\n";
        Built first = build(text);
        Built second = build(text);
        assertThat(second.engineId()).isEqualTo(first.engineId());
        assertThat(told.layers.get("[2/2] RUN echo " + unique)).isEqualTo("cached");
    }

    @Test
    void aFailingCommandNamesItsLineAndExitCode() {
        BuildFailed failed =
                failure(
                        """
                        # comment
                        FROM busybox AS base

                        FROM base
                        ARG WORD=%s
                        RUN echo $WORD && \\
                            # between
                            echo before && \\
                            exit 3
                        """
                                .formatted(unique));
        assertThat(failed.line()).isEqualTo(6);
        assertThat(failed.exitCode()).isEqualTo(3);
        assertThat(told.output.values()).contains(unique + "\nbefore\n");
    }

    @Test
    void aWrongInstructionNamesItsLine() {
        BuildFailed failed = failure("FROM busybox\nRUNN true\n");
        assertThat(failed).hasMessageContaining("unknown instruction: RUNN");
        assertThat(failed.line()).isEqualTo(2);
        assertThat(failed.exitCode()).isNull();
    }

    @Test
    void aFileThatIsNotThereNamesItsLine() {
        BuildFailed failed = failure("FROM busybox\nRUN true\nCOPY nothere /\n");
        assertThat(failed.line()).isEqualTo(3);
        assertThat(failed).hasMessageContaining("/nothere");
    }

    @Test
    void aFrontendThatIsNotDockersIsRefused() {
        BuildFailed failed = failure("# syntax=example.com/evil:1\nFROM busybox\n");
        assertThat(failed.line()).isEqualTo(1);
        assertThat(failed).hasMessageContaining("only docker/dockerfile is");
        assertThat(told.layers).isEmpty();
    }

    @Test
    void aFrontendThatCannotBePulledGivesWayToTheEnginesOwn() throws Exception {
        String missing = "docker/dockerfile:0.0.1-" + unique;
        build("# syntax=" + missing + "\nFROM busybox\nRUN echo " + unique + "\n");
        build("# syntax=" + missing + "\nFROM busybox\nRUN echo again " + unique + "\n");
        String note =
                "the syntax "
                        + missing
                        + " can't be pulled: the engine's own Dockerfile frontend is used";
        assertThat(told.notes).containsExactly(note, note);
        assertThat(told.layers.keySet()).noneMatch(name -> name.contains("dockerfile"));
    }

    @Test
    void anInterruptEndsTheBuildInTheEngine() throws Exception {
        String text = "FROM busybox\nRUN echo begun; sleep 600; echo " + unique + "\n";
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread building =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        build(text);
                                    } catch (Throwable e) {
                                        thrown.set(e);
                                    }
                                });
        await().atMost(Duration.ofSeconds(60)).until(() -> !told.output.isEmpty());
        assertThat(sleeps()).isTrue();
        building.interrupt();
        building.join();
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        await().atMost(Duration.ofSeconds(30)).until(() -> !sleeps());
    }

    private boolean sleeps() {
        return ProcessHandle.allProcesses()
                .anyMatch(
                        process ->
                                process.info()
                                        .commandLine()
                                        .filter(line -> line.contains(unique))
                                        .isPresent());
    }

    /// A-PPE-16: whoever may not push neither fills nor reads what the project's builds keep, and
    /// one fork nothing of another's.
    @Test
    @Tag("attack")
    void forksBuildsHaveCacheMountsOfTheirOwn() throws Exception {
        assertThat(kept("project", false, 1)).isEqualTo("nothing\n");
        assertThat(kept("fork", true, 2)).isEqualTo("nothing\n");
        assertThat(kept("another fork", true, 3)).isEqualTo("nothing\n");
        assertThat(kept("project", false, 4)).isEqualTo("project\n");
    }

    /// What a build finds in a cache mount, in which it leaves something.
    private String kept(String leaves, boolean foreign, int attempt) throws Exception {
        String mark = "build-" + attempt;
        String run =
                "RUN --mount=type=cache,id=%s,target=/kept : %s; [ ! -e /kept/who ] && echo nothing"
                                .formatted(unique, mark)
                        + " || cat /kept/who; echo %s > /kept/who".formatted(leaves);
        String text = "FROM busybox\n" + run + "\n";
        BuildOrder own = order(text);
        AttemptName name = new AttemptName("00000000", 4711, attempt);
        made.add(
                builder.build(
                                new BuildOrder(
                                        name,
                                        own.context(),
                                        own.dockerfile(),
                                        own.labels(),
                                        foreign),
                                told)
                        .engineId());
        assertThat(told.output.keySet()).anyMatch(layer -> layer.contains(mark));
        return told.output.entrySet().stream()
                .filter(layer -> layer.getKey().contains(mark))
                .map(Map.Entry::getValue)
                .collect(Collectors.joining());
    }

    @Test
    void removingABuildThatNeverWasIsNothing() {
        builder.remove(new AttemptName("00000000", 1, 1));
        builder.remove(new AttemptName("00000000", 1, 1));
    }

    private Built build(String text) throws Exception {
        Built built = builder.build(order(text), told);
        if (!made.contains(built.engineId())) {
            made.add(built.engineId());
        }
        return built;
    }

    private BuildFailed failure(String text) {
        BuildFailed failed = catchThrowableOfType(BuildFailed.class, () -> build(text));
        assertThat(failed).as("the build fails").isNotNull();
        return failed;
    }

    private BuildOrder order(String text) {
        return new BuildOrder(
                new AttemptName("00000000", 4711, 1),
                (out, dockerfile) -> {
                    try (TarStream tar = new TarStream(out, 0)) {
                        byte[] bytes = dockerfile.text().getBytes(StandardCharsets.UTF_8);
                        tar.file(dockerfile.path(), bytes, 0);
                    }
                },
                new Dockerfile("Dockerfile", text),
                Map.of("test", unique));
    }
}
