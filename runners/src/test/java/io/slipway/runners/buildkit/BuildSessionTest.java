package io.slipway.runners.buildkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.engine.plan.Resources;
import io.slipway.engine.source.TarStream;
import io.slipway.runners.buildkit.Builders.Builder;
import io.slipway.runners.buildkit.Builders.Talk;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The session's script in this machine's shell, with a `buildctl` that only looks like it.
@Timeout(60)
final class BuildSessionTest {
    private static final String BUILDCTL =
            """
            #!/bin/sh
            [ "$3" != debug ] || exit 0
            for one in "$@"; do
              case $one in
                type=oci,dest=*) to=${one#type=oci,dest=} to=${to%,tar=false} ;;
                context=*) context=${one#context=} ;;
              esac
            done
            echo '{"vertexes":[]}'
            for one in "$@"; do echo "argument $one" >&2; done
            if [ -f "$context/slow" ]; then
              trap 'echo stopped >"$context/../../../stopped"; exit 1' TERM
              while :; do sleep 0.1; done
            fi
            [ ! -f "$context/bad" ] || { echo 'error: it said no'; exit 7; }
            mkdir -p "$to"
            cat "$context/file" >"$to/index.json"
            """;

    @TempDir private Path folder;
    private Path data;

    @BeforeEach
    void prepare() throws IOException {
        data = folder.resolve("data");
        Files.createDirectories(data.resolve("slipway"));
        Files.createDirectories(data.resolve("slipway-from/blobs/sha256"));
        Path program = Files.createDirectories(folder.resolve("bin")).resolve("buildctl");
        Files.writeString(program, BUILDCTL);
        assertThat(program.toFile().setExecutable(true)).isTrue();
    }

    @Test
    void theContextGoesInAndTheImageComesOut() throws Exception {
        byte[] large = new byte[3 << 20];
        large[large.length - 1] = 7;
        List<String> lines = new ArrayList<>();
        try (BuildSession session = BuildSession.open(new Local())) {
            session.folder("context", out -> tar(out, "file", large));
            session.dockerfile("FROM scratch\n");
            BuildSession.Ended ended =
                    session.build(List.of("--opt", "label:a=b 'c' $d"), lines::add);
            assertThat(ended.code()).isZero();
            byte[] read = session.get("index.json", (in, size) -> in.readAllBytes());
            assertThat(read).isEqualTo(large);
            assertThat(session.<Integer>get("index.json", (in, size) -> in.readAllBytes().length))
                    .isEqualTo(large.length);
        }
        assertThat(lines)
                .startsWith("{\"vertexes\":[]}")
                .contains("argument label:a=b 'c' $d", "argument filename=Dockerfile");
        await().atMost(Duration.ofSeconds(10)).until(() -> sessions() == 0);
    }

    @Test
    void aBuildThatSaysNoCanBeFollowedByAnother() throws Exception {
        List<String> lines = new ArrayList<>();
        try (BuildSession session = BuildSession.open(new Local())) {
            session.folder("context", out -> tar(out, "bad", new byte[0]));
            assertThat(session.build(List.of(), lines::add).code()).isEqualTo(7);
            assertThat(lines).contains("error: it said no");
            session.folder("context", out -> tar(out, "file", new byte[] {1}));
            assertThat(session.build(List.of(), lines::add).code()).isZero();
        }
    }

    @Test
    void theEndOfItsInputEndsABuildAndRemovesWhatItHas() throws Exception {
        BuildSession session = BuildSession.open(new Local());
        session.folder("context", out -> tar(out, "slow", new byte[0]));
        Thread building =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        session.build(List.of(), line -> {});
                                    } catch (IOException e) {
                                        // it was closed
                                    }
                                });
        await().atMost(Duration.ofSeconds(10)).until(() -> sessions() == 1);
        Thread.sleep(500);
        session.close();
        building.join();
        await().atMost(Duration.ofSeconds(10))
                .until(() -> Files.exists(folder.resolve("data/stopped")));
        await().atMost(Duration.ofSeconds(10)).until(() -> sessions() == 0);
    }

    @Test
    void aBlobIsThereOnlyWhenItIsWhole() throws Exception {
        String name = "ab".repeat(32);
        try (BuildSession session = BuildSession.open(new Local())) {
            assertThat(session.has(name)).isFalse();
            assertThatThrownBy(() -> session.blob(name, 5, new ByteArrayInputStream(new byte[4])))
                    .isInstanceOf(IOException.class);
            assertThat(session.has(name)).isFalse();
            session.blob(name, 4, new ByteArrayInputStream(new byte[4]));
            assertThat(session.has(name)).isTrue();
        }
    }

    @Test
    void whatIsNoTarIsSaid() throws Exception {
        try (BuildSession session = BuildSession.open(new Local())) {
            assertThatThrownBy(
                            () -> session.folder("context", out -> out.write(new byte[] {1, 2, 3})))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("the builder could not do it: failed: ");
        }
    }

    private static void tar(OutputStream out, String name, byte[] bytes) throws IOException {
        try (TarStream tar = new TarStream(out, 0)) {
            tar.file(name, bytes, 0);
        }
    }

    private long sessions() throws IOException {
        try (var found = Files.list(data.resolve("slipway"))) {
            return found.count();
        }
    }

    /// Runs it here.
    private final class Local implements Builder {
        @Override
        public Talk talk(List<String> command) throws IOException {
            List<String> here =
                    command.stream()
                            .map(part -> part.replace(BuilderScripts.DATA, data.toString()))
                            .toList();
            ProcessBuilder builder = new ProcessBuilder(here).redirectErrorStream(true);
            builder.environment()
                    .merge("PATH", folder.resolve("bin") + ":", (path, bin) -> bin + path);
            Process process = builder.start();
            return new Talk() {
                @Override
                public InputStream output() {
                    return process.getInputStream();
                }

                @Override
                public OutputStream input() {
                    return process.getOutputStream();
                }

                @Override
                public void close() {
                    try {
                        process.getOutputStream().close();
                        process.getInputStream().close();
                    } catch (IOException e) {
                        // it has ended
                    }
                }
            };
        }

        @Override
        public String end() {
            return "";
        }

        @Override
        public Resources limits() {
            return new Resources(0, 0, 0);
        }
    }
}
