package io.slipway.runners.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.fault.Fault;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A Docker engine of a test's own, that may be killed and started again: its own socket, data and
/// containerd, no rules of the packet filter. Its default bridge is that of a network made for it:
/// with none it would take `docker0` away from the machine's engine. It needs root and `dockerd`;
/// without them the test is skipped, with the reason, and with `CI=true` it fails.
public final class OwnEngine implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/sbin/dockerd");
    private static final Path PROGRAM_ELSEWHERE = Path.of("/usr/bin/dockerd");

    private static final int BRIDGE_ID = 12;

    private final Path folder;
    private final DockerEngine shared;
    private final String network;
    private Process process;

    /// Starts one that has the image `busybox:latest`.
    public OwnEngine(DockerEngine from) throws IOException {
        boolean possible =
                "root".equals(System.getProperty("user.name"))
                        && (Files.isExecutable(PROGRAM) || Files.isExecutable(PROGRAM_ELSEWHERE));
        if (!possible && "true".equals(System.getenv("CI"))) {
            throw new AssertionError("the test needs root and dockerd");
        }
        Assumptions.assumeTrue(possible, "no engine of its own: that takes root and dockerd");
        Assumptions.assumeTrue(
                from.sharesNetwork(), "no engine of its own: the engine's bridges are elsewhere");
        folder = Files.createTempDirectory("engine");
        shared = from;
        network =
                from.client()
                        .createNetworkCmd()
                        .withName("slipway-" + folder.getFileName())
                        .withDriver("bridge")
                        .exec()
                        .getId();
        process = begin();
        try (DockerEngine engine = connect();
                InputStream image = from.client().saveImageCmd(DockerExtension.BUSYBOX).exec()) {
            engine.client().loadImageCmd(image).exec();
        }
    }

    private Process begin() throws IOException {
        Path program = Files.isExecutable(PROGRAM) ? PROGRAM : PROGRAM_ELSEWHERE;
        String namespace = folder.getFileName().toString();
        Process begun =
                new ProcessBuilder(
                                List.of(
                                        program.toString(),
                                        "--host=unix://" + socket(),
                                        "--data-root=" + folder.resolve("data"),
                                        "--exec-root=" + folder.resolve("exec"),
                                        "--pidfile=" + folder.resolve("pid"),
                                        "--containerd-namespace=" + namespace,
                                        "--containerd-plugins-namespace=" + namespace + "-plugins",
                                        "--bridge=br-" + network.substring(0, BRIDGE_ID),
                                        "--iptables=false",
                                        "--ip6tables=false"))
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                        .start();
        Awaitility.await("the engine answers")
                .atMost(Duration.ofMinutes(1))
                .ignoreExceptionsInstanceOf(Fault.class)
                .until(
                        () -> {
                            assertThat(begun.isAlive()).as(this::log).isTrue();
                            connect().close();
                            return true;
                        });
        return begun;
    }

    private String log() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException e) {
            return String.valueOf(e);
        }
    }

    private Path socket() {
        return folder.resolve("s");
    }

    private DockerEngine connect() {
        return DockerEngine.connect(address(), "00000000", Map.of());
    }

    public DockerAddress address() {
        return DockerAddress.of(socket().toString(), "the test's own engine");
    }

    /// Ends it as a crash would, and starts it again: what it ran has ended then.
    public void crashAndComeBack() throws Exception {
        List<ProcessHandle> containerd =
                process.children()
                        .filter(c -> c.info().command().orElse("").endsWith("/containerd"))
                        .toList();
        process.destroyForcibly();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        for (ProcessHandle child : containerd) {
            child.destroyForcibly();
            child.onExit().get(1, TimeUnit.MINUTES); // it holds what the next one needs
        }
        process = begin();
    }

    /// Stops it where it stands, as a machine does that has no memory left: connections to it are
    /// taken, and nothing is answered. What it runs goes on.
    public void freeze() throws Exception {
        signal("-STOP");
    }

    /// It goes on after [#freeze].
    public void thaw() throws Exception {
        signal("-CONT");
    }

    private void signal(String signal) throws Exception {
        Process kill = new ProcessBuilder("kill", signal, Long.toString(process.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    /// Names of the containers and networks of an instance.
    public List<String> left(String instance) {
        try (DockerEngine engine = connect()) {
            return DockerExtension.left(engine.client(), instance);
        }
    }

    @Override
    public void close() throws Exception {
        thaw();
        process.destroy();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("the engine ends").isTrue();
        shared.client().removeNetworkCmd(network).exec();
        for (String line : Files.readAllLines(Path.of("/proc/mounts"))) {
            String at = line.split(" ")[1];
            if (at.startsWith(folder.toString())) {
                new ProcessBuilder("umount", "-l", at).start().waitFor();
            }
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
