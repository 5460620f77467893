package io.slipway.web.cli;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.server.Shutdown;
import io.slipway.web.settings.Setting;
import io.slipway.web.settings.Settings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// A Slipway for once: processes, data folder and port of its own. Nothing of it remains, also when
/// Ctrl-C ends the command.
final class DemoServer implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(2);

    /// What is about the engine holds for this server too; everything else would be another's.
    private static final Set<String> KEPT =
            Set.of("SLIPWAY_DOCKER", "SLIPWAY_SUBNETS", "SLIPWAY_REACH");

    private final Path folder;
    private final Map<String, String> environment;
    private final Settings settings;
    private final Process server;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread hook = new Thread(this::remove, "demo-end");

    private DemoServer(Path folder) throws IOException {
        this.folder = folder;
        this.environment = new HashMap<>(System.getenv());
        environment.keySet().removeIf(name -> name.startsWith("SLIPWAY_") && !KEPT.contains(name));
        environment.put("SLIPWAY_CONFIG", Files.createFile(folder.resolve("conf")).toString());
        environment.put("SLIPWAY_DATA", folder.resolve("data").toString());
        environment.put("SLIPWAY_PORT", Integer.toString(freePort()));
        this.settings = Settings.read(Map.<Setting, String>of(), environment);
        Runtime.getRuntime().addShutdownHook(hook);
        ProcessBuilder builder =
                new ProcessBuilder(command())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("log").toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        this.server = builder.start();
    }

    /// Starts one and waits until it is ready.
    static DemoServer start() throws IOException, InterruptedException {
        DemoServer made = new DemoServer(Files.createTempDirectory("slipway-demo-server"));
        try {
            made.awaitReady();
            return made;
        } catch (Throwable e) {
            made.close();
            throw e;
        }
    }

    /// This program as it was started, with another word.
    private static List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !flag.contains("SharedArchive"))
                .forEach(command::add);
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), "io.slipway.Main", "up"));
        return command;
    }

    private void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        while (!isReady()) {
            boolean ended = server.waitFor(100, TimeUnit.MILLISECONDS);
            if (ended || System.nanoTime() > deadline) {
                throw new Fault(
                        Kind.UNAVAILABLE,
                        "cannot start a Slipway for the demo: "
                                + Files.readString(folder.resolve("log")).strip(),
                        "start one with ./slipway up, then try again");
            }
        }
    }

    private boolean isReady() {
        try {
            URI at = URI.create("http://127.0.0.1:" + settings.serving().port() + "/readyz");
            HttpURLConnection ask = (HttpURLConnection) at.toURL().openConnection();
            ask.setConnectTimeout(1_000);
            ask.setReadTimeout(5_000);
            return ask.getResponseCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    Settings settings() {
        return settings;
    }

    private void remove() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            server.destroy();
            server.waitFor(30, TimeUnit.SECONDS);
            new Shutdown(settings, line -> {}).remove(true);
            DemoRepository.remove(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        remove();
        Runtime.getRuntime().removeShutdownHook(hook);
    }
}
