package io.slipway.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.slipway.engine.access.TokenText;
import io.slipway.engine.blob.Digest;
import io.slipway.engine.image.ImageBuilder.BuildOrder;
import io.slipway.engine.image.ImageBuilder.Built;
import io.slipway.engine.image.ImageBuilder.Destination;
import io.slipway.engine.image.ImageBuilder.Dockerfile;
import io.slipway.engine.image.ImageBuilder.Owner;
import io.slipway.engine.image.ImageBuilder.Pushed;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.source.TarStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/// What every [ImageBuilder] does. A test class of a builder extends this one.
@Timeout(value = 180, unit = TimeUnit.SECONDS)
public abstract class ImageBuilderContract {
    private static final AtomicLong JOBS = new AtomicLong(System.nanoTime() / 1000);

    /// What the builder told in this test.
    protected Recorded told = new Recorded();

    /// Nothing else has it.
    protected String unique = "";

    private final List<AttemptName> used = new ArrayList<>();

    /// The builder under test; the same for all calls within one test.
    protected abstract ImageBuilder builder();

    /// Slipway's registry, into which the builder pushes.
    protected abstract Registry registry();

    /// The project whose images are built; its name is `contract`.
    protected abstract long project();

    /// 8 hexadecimal digits.
    protected abstract String instance();

    /// Such as `linux/amd64`.
    protected abstract String platform();

    /// Whose frontend is used where the one that is named can't be had: `the engine's own`.
    protected abstract String own();

    /// Removes an image from where it would stay.
    protected void forget(Built image) {}

    @BeforeEach
    final void beginAnew() {
        told = new Recorded();
        unique = UUID.randomUUID().toString();
    }

    @AfterEach
    final void removeAll() {
        used.forEach(builder()::remove);
        used.clear();
    }

    @Test
    final void anImageIsWhatItsDockerfileSays() throws Exception {
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
        assertThat(built.platform()).isEqualTo(platform());
        assertThat(built.ports()).containsExactly(8080, 9090);
        assertThat(built.user()).isEqualTo("1000:1000");
        assertThat(built.command()).containsExactly("httpd", "-f");
        assertThat(built.size()).isPositive();
        assertThat(told.layers.get("[2/3] COPY Dockerfile /kept")).isEqualTo("done");
        assertThat(told.output.get("[3/3] RUN echo printed " + unique))
                .isEqualTo("printed " + unique + "\n");
        assertThat(told.layers).containsKey("exporting to image");
        assertThat(told.layers.keySet()).noneMatch(name -> name.startsWith("[internal]"));
        assertThat(told.layers.keySet()).noneMatch(name -> name.startsWith("[context"));
    }

    @Test
    final void aSecondBuildOfTheSameComesFromTheCache() throws Exception {
        String text = "FROM busybox\nRUN echo " + unique + "\n";
        Built first = build(text);
        Built second = build(text);
        assertThat(second.engineId()).isEqualTo(first.engineId());
        assertThat(told.layers.get("[2/2] RUN echo " + unique)).isEqualTo("cached");
    }

    @Test
    final void aFailingCommandNamesItsLineAndExitCode() {
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
        assertThat(failed.limit()).isNull();
        assertThat(told.output.values()).contains(unique + "\nbefore\n");
    }

    @Test
    final void aWrongInstructionNamesItsLine() {
        BuildFailed failed = failure("FROM busybox\nRUNN true\n");
        assertThat(failed).hasMessageContaining("unknown instruction: RUNN");
        assertThat(failed.line()).isEqualTo(2);
        assertThat(failed.exitCode()).isNull();
    }

    @Test
    final void aFileThatIsNotThereNamesItsLine() {
        BuildFailed failed = failure("FROM busybox\nRUN true\nCOPY nothere /\n");
        assertThat(failed.line()).isEqualTo(3);
        assertThat(failed).hasMessageContaining("/nothere");
    }

    @Test
    final void stagesAndVariablesAreFollowed() throws Exception {
        Built built =
                build(
                        """
                        ARG OF=busybox
                        FROM ${OF} AS made
                        RUN echo %s >/word
                        FROM scratch
                        COPY --from=made /word /word
                        COPY --from=busybox /bin/busybox /busybox
                        """
                                .formatted(unique));
        assertThat(built.command()).isEmpty();
        assertThat(told.layers)
                .containsEntry("[stage-1 1/2] COPY --from=made /word /word", "done")
                .containsEntry("[stage-1 2/2] COPY --from=busybox /bin/busybox /busybox", "done");
    }

    /// What `.dockerignore` keeps out is not in the context any more; nothing else is to be
    /// missing.
    @Test
    final void theContextIsTakenAsItIs() throws Exception {
        build(
                "FROM busybox\nCOPY . /all/\nRUN cd /all && ls -A && cat a/page " + unique + "*\n",
                Map.of(
                        ".dockerignore",
                        "Dockerfile\na\n",
                        "a/page",
                        "one\n",
                        unique + " with a blank",
                        "two\n"));
        assertThat(String.join("", told.output.values()))
                .contains(".dockerignore\n", "Dockerfile\n", "one\ntwo\n");
    }

    @Test
    final void aFrontendThatIsNotDockersIsRefused() {
        BuildFailed failed = failure("# syntax=example.com/evil:1\nFROM busybox\n");
        assertThat(failed.line()).isEqualTo(1);
        assertThat(failed).hasMessageContaining("only docker/dockerfile is");
        assertThat(told.layers).isEmpty();
    }

    @Test
    final void aFrontendThatCannotBePulledGivesWay() throws Exception {
        String missing = "docker/dockerfile:0.0.1-" + unique;
        build("# syntax=" + missing + "\nFROM busybox\nRUN echo " + unique + "\n");
        build("# syntax=" + missing + "\nFROM busybox\nRUN echo again " + unique + "\n");
        String note =
                "the syntax "
                        + missing
                        + " can't be pulled: "
                        + own()
                        + " Dockerfile frontend is used";
        assertThat(told.notes).containsExactly(note, note);
        assertThat(told.layers.keySet()).noneMatch(name -> name.contains("dockerfile"));
    }

    @Test
    final void anInterruptEndsTheBuildWhereItRuns() throws Exception {
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
        assertThat(runs(unique)).isTrue();
        building.interrupt();
        building.join();
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        await().atMost(Duration.ofSeconds(30)).until(() -> !runs(unique));
    }

    /// Whether a process of this machine names this in its command line.
    public static boolean runs(String word) {
        return ProcessHandle.allProcesses()
                .anyMatch(
                        process ->
                                process.info()
                                        .commandLine()
                                        .filter(line -> line.contains(word))
                                        .isPresent());
    }

    @Test
    final void aPushIsRepeatableAndTheRegistryHasEveryByte() throws Exception {
        Built built = build("FROM busybox\nRUN echo " + unique + " >/word\nCMD [\"true\"]\n");
        Destination to = destination("one");
        Pushed first = builder().push(built, to, told);
        Pushed again = builder().push(built, to, told);
        assertThat(again).isEqualTo(first);
        assertThat(first.engineId()).matches("sha256:[0-9a-f]{64}");
        Manifests.Stored stored =
                registry().manifests().find(to.repository(), first.digest()).orElseThrow();
        assertThat(Digest.of(stored.bytes()).toString()).isEqualTo(first.digest());
        assertThat(registry().manifests().find(to.repository(), "one")).isPresent();
        JsonNode manifest = JsonMapper.shared().readTree(stored.bytes());
        assertThat(manifest.path("layers").size()).isEqualTo(2);
        JsonNode config = JsonMapper.shared().readTree(bytes(manifest.path("config")));
        assertThat(config.path("config").path("Cmd").path(0).asString()).isEqualTo("true");
        assertThat(config.path("config").path("Labels").path("test").asString()).isEqualTo(unique);
        for (JsonNode layer : manifest.path("layers")) {
            byte[] bytes = bytes(layer);
            assertThat(Digest.of(bytes).toString()).isEqualTo(layer.path("digest").asString());
        }
    }

    private byte[] bytes(JsonNode descriptor) throws Exception {
        Digest digest = Digest.parse(descriptor.path("digest").asString(""));
        try (InputStream in =
                registry().read("contract/web", digest, 0, descriptor.path("size").asLong())) {
            return in.readAllBytes();
        }
    }

    @Test
    final void anotherTagOfTheSameImageMovesNothing() throws Exception {
        String text = "FROM busybox\nRUN echo " + unique + "\n";
        Pushed first = builder().push(build(text), destination("first"), told);
        Pushed second = builder().push(build(text), destination("second"), told);
        assertThat(second.digest()).isEqualTo(first.digest());
        assertThat(registry().manifests().find("contract/web", "second")).isPresent();
    }

    /// A-PPE-16. A cache mount is found by its name, which a Dockerfile chooses.
    @Test
    @Tag("attack")
    final void whatForeignSourcesLeaveInACacheNobodyElseReads() throws Exception {
        String fill =
                "FROM busybox\nRUN --mount=type=cache,id=%s,target=/c echo foreign >/c/word\n"
                        .formatted(unique);
        String read =
                "FROM busybox\nRUN --mount=type=cache,id=%s,target=/c echo has:$(cat /c/word 2>/dev/null)\n"
                        .formatted(unique);
        builder().build(order(fill, Map.of(), true), told);
        build(read);
        assertThat(told.output.values()).contains("has:\n");
        build(fill.replace("foreign", "own"));
        builder().build(order(read + "# again\n", Map.of(), true), told);
        assertThat(String.join("", told.output.values())).doesNotContain("own");
    }

    @Test
    final void removingABuildThatNeverWasIsNothing() {
        builder().remove(new AttemptName(instance(), 1, 1));
        builder().remove(new AttemptName(instance(), 1, 1));
    }

    /// Builds the project's own sources.
    protected final Built build(String dockerfile) throws Exception {
        return build(dockerfile, Map.of());
    }

    private Built build(String dockerfile, Map<String, String> files) throws Exception {
        Built built = builder().build(order(dockerfile, files, false), told);
        forget(built);
        return built;
    }

    /// The failure of a build of the project's own sources.
    protected final BuildFailed failure(String dockerfile) {
        BuildFailed failed = catchThrowableOfType(BuildFailed.class, () -> build(dockerfile));
        assertThat(failed).as("the build fails").isNotNull();
        return failed;
    }

    private static Destination destination(String tag) {
        return new Destination("contract/web", tag, TokenText.random());
    }

    /// An order under a name of its own, which is removed after the test.
    protected final BuildOrder order(
            String dockerfile, Map<String, String> files, boolean foreign) {
        AttemptName name = new AttemptName(instance(), JOBS.incrementAndGet(), 1);
        used.add(name);
        return new BuildOrder(
                name,
                new Owner(project(), "contract/web"),
                (out, written) -> {
                    Map<String, String> all = new LinkedHashMap<>(files);
                    all.put(written.path(), written.text());
                    try (TarStream tar = new TarStream(out, 0)) {
                        for (Map.Entry<String, String> file : all.entrySet()) {
                            byte[] bytes = file.getValue().getBytes(StandardCharsets.UTF_8);
                            tar.file(file.getKey(), bytes, 0);
                        }
                    }
                },
                new Dockerfile("Dockerfile", dockerfile),
                Map.of("test", unique),
                foreign);
    }
}
