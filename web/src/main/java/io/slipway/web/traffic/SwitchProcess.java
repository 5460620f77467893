package io.slipway.web.traffic;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.fault.Rounds;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// The switch of a data folder as a process of its own: found, started, upgraded and stopped from
/// here. It outlives whoever started it.
public final class SwitchProcess {
    private static final Duration START = Duration.ofSeconds(20);
    private static final Duration STOP = Duration.ofSeconds(15);
    private static final Duration LOOK = Duration.ofMillis(200);

    /// The folder of class archives; without it there are none.
    private static final String ARCHIVES = "slipway.archives";

    private static final Logger LOG = LoggerFactory.getLogger(SwitchProcess.class);
    private static final long LOG_BYTES = 1024 * 1024;

    private final SwitchSettings settings;
    private final SwitchFolder folder;
    private final List<String> program;
    private final @Nullable ClassArchive archive;
    private volatile @Nullable Process started;

    /// @param settings what the switch shall have
    public SwitchProcess(SwitchSettings settings) {
        this(settings, ownProgram(), ownArchive());
    }

    SwitchProcess(SwitchSettings settings, List<String> program) {
        this(settings, program, null);
    }

    private SwitchProcess(
            SwitchSettings settings, List<String> program, @Nullable ClassArchive archive) {
        this.settings = settings;
        this.program = List.copyOf(program);
        this.archive = archive;
        folder = new SwitchFolder(settings.data());
    }

    /// The file by which clients find the switch.
    public Path control() {
        return folder.path("control.json");
    }

    /// Sees to it that a switch of this program's version and with these settings serves. One of
    /// another version or with other addresses is upgraded without a failed request.
    ///
    /// @return whether it was started or upgraded now
    /// @throws Fault CONFLICT when a port is taken; whatever else the switch says when it can't
    ///   start
    public boolean ensure() {
        Optional<ControlFile> running = running();
        if (running.filter(this::isWanted).isPresent()) {
            return false;
        }
        try {
            rotateLog();
            Path log = folder.path("log");
            long before = Files.exists(log) ? Files.size(log) : 0;
            Process process = start(log);
            started = process;
            awaitReady(process, log, before);
            return true;
        } catch (IOException e) {
            throw new Fault(Kind.INTERNAL, "cannot start the switch: " + e.getMessage(), "", e);
        }
    }

    /// Starts the switch again whenever it has crashed, until it is closed. One that was stopped
    /// stays stopped.
    public Keeper keep() {
        Thread thread =
                Thread.ofVirtual()
                        .name("switch-keeper")
                        .start(
                                () -> {
                                    while (pauseUnlessInterrupted()) {
                                        Rounds.watched(
                                                LOG,
                                                "the switch is not looked after",
                                                this::startAgainIfCrashed);
                                    }
                                });
        Thread archiver = Thread.ofVirtual().name("switch-archiver").start(this::makeArchive);
        return () -> {
            archiver.interrupt();
            thread.interrupt();
        };
    }

    private void makeArchive() {
        Optional<ControlFile> running = running();
        if (archive == null || running.isEmpty()) {
            return;
        }
        try {
            archive.makeFrom(running.get().pid(), settings.data());
        } catch (InterruptedException e) {
            LOG.debug("not made: {}", e.getMessage());
        }
    }

    /// Something that goes on until it is closed.
    public interface Keeper extends AutoCloseable {
        @Override
        void close();
    }

    /// The end of a switch that this process started is heard of at once, else it is looked for.
    private boolean pauseUnlessInterrupted() {
        Process own = started;
        try {
            if (own != null && own.isAlive()) {
                own.waitFor(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            } else {
                Thread.sleep(LOOK);
            }
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /// A switch that ends by itself or is told to removes its file; one that crashes leaves it.
    private void startAgainIfCrashed() {
        boolean crashed =
                folder.control().filter(c -> ProcessHandle.of(c.pid()).isEmpty()).isPresent();
        try {
            if (crashed && ensure()) {
                LOG.warn("the switch had crashed and was started again");
            }
        } catch (Fault e) {
            LOG.error("{}", e.message());
        }
    }

    /// Whether one serves.
    public boolean isRunning() {
        return running().isPresent();
    }

    /// Stops the switch, and with it the traffic of every app. Returns when it has ended.
    public void stop() {
        Optional<ControlFile> control = running();
        if (control.isEmpty()) {
            return;
        }
        Optional<ProcessHandle> process = ProcessHandle.of(control.get().pid());
        try {
            ControlCall.to(control.get()).call("POST", "/stop", new byte[0], STOP);
            if (process.isPresent()) {
                process.get().onExit().get(STOP.toSeconds(), TimeUnit.SECONDS);
            }
        } catch (IOException | java.util.concurrent.ExecutionException e) {
            throw notStopped(control.get(), e);
        } catch (java.util.concurrent.TimeoutException e) {
            process.ifPresent(ProcessHandle::destroyForcibly);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw notStopped(control.get(), e);
        }
    }

    private Optional<ControlFile> running() {
        return folder.control().filter(TrafficSwitch::answers);
    }

    private boolean isWanted(ControlFile running) {
        return running.version().equals(ProgramVersion.own())
                && running.settings().equals(TrafficSwitch.settings(settings));
    }

    /// Signals that a terminal sends to everybody in it are ignored from the first moment: a shell
    /// sets that, and what it becomes inherits it.
    private Process start(Path log) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$0\" \"$@\""));
        command.add(program.getFirst());
        if (archive != null) {
            command.addAll(archive.flags());
        }
        command.addAll(program.subList(1, program.size()));
        command.addAll(List.of("--data", settings.data().toAbsolutePath().toString()));
        settings.addresses().forEach(address -> command.addAll(List.of("--listen", address)));
        settings.trusted().forEach(cidr -> command.addAll(List.of("--trusted-proxy", cidr)));
        if (settings.tls() != null) {
            command.addAll(List.of("--tls-cert", settings.tls().certificate().toString()));
            command.addAll(List.of("--tls-key", settings.tls().key().toString()));
        }
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(settings.data().toFile())
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("SLIPWAY_"));
        return builder.start();
    }

    private void awaitReady(Process process, Path log, long before) throws IOException {
        long deadline = System.nanoTime() + START.toNanos();
        while (folder.control().filter(c -> c.pid() == process.pid()).isEmpty()) {
            if (!process.isAlive()) {
                throw saidIn(log, before);
            }
            if (System.nanoTime() > deadline) {
                process.destroyForcibly();
                throw new Fault(
                        Kind.UNAVAILABLE,
                        "the switch does not get ready: nothing after " + START.toSeconds() + " s",
                        "look into " + log);
            }
            try {
                process.waitFor(10, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                process.destroyForcibly();
                throw new IOException("interrupted", e);
            }
        }
    }

    /// The fault by which a switch ended, from what it printed last.
    private static Fault saidIn(Path log, long before) throws IOException {
        byte[] all = Files.readAllBytes(log);
        int from = (int) Math.min(before, all.length);
        String text = new String(all, from, all.length - from, StandardCharsets.UTF_8);
        return text.lines()
                .map(FaultLine::parse)
                .flatMap(Optional::stream)
                .reduce((first, last) -> last)
                .orElseGet(
                        () ->
                                new Fault(
                                        Kind.INTERNAL,
                                        "the switch did not start: " + lastLine(text),
                                        "look into " + log));
    }

    private static String lastLine(String text) {
        return text.lines().reduce((first, last) -> last).orElse("it printed nothing");
    }

    private void rotateLog() throws IOException {
        Path log = folder.path("log");
        if (Files.exists(log) && Files.size(log) > LOG_BYTES) {
            Files.move(log, folder.path("log.1"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static Fault notStopped(ControlFile control, Exception e) {
        return new Fault(
                Kind.UNAVAILABLE,
                "cannot stop the switch: " + e.getMessage(),
                "end process " + control.pid(),
                e);
    }

    private static @Nullable ClassArchive ownArchive() {
        String archives = System.getProperty(ARCHIVES);
        return archives == null ? null : ClassArchive.of(Path.of(archives), "switch");
    }

    /// This program with as little memory as the switch needs.
    private static List<String> ownProgram() {
        List<String> program = new ArrayList<>();
        program.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        program.addAll(FLAGS);
        program.addAll(
                List.of("-cp", System.getProperty("java.class.path"), SwitchMain.class.getName()));
        return program;
    }

    /// The first compiler alone takes 30 MB less than both, and less processor time at the rates of
    /// one machine.
    private static final List<String> FLAGS =
            List.of(
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseCompactObjectHeaders",
                    "-Xms6m",
                    "-Xmx96m",
                    "-Xmn3m",
                    "-Dio.netty.allocator.type=unpooled",
                    "-XX:MaxDirectMemorySize=192m",
                    "-XX:ReservedCodeCacheSize=32m",
                    "-XX:+ExitOnOutOfMemoryError",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");
}
