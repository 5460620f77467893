package io.slipway.runners.docker.network;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// The host's packet filter, through its own commands.
final class Iptables {
    private static final Logger LOG = LoggerFactory.getLogger(Iptables.class);
    private static final List<String> FOLDERS = List.of("/usr/sbin", "/sbin", "/usr/bin", "/bin");
    private static final long SECONDS = 10;

    private final String filter;
    private final String restore;

    private Iptables(String filter, String restore) {
        this.filter = filter;
        this.restore = restore;
    }

    static Optional<Iptables> find() {
        for (String folder : FOLDERS) {
            Path filter = Path.of(folder, "iptables");
            Path restore = Path.of(folder, "iptables-restore");
            if (Files.isExecutable(filter) && Files.isExecutable(restore)) {
                return Optional.of(new Iptables(filter.toString(), restore.toString()));
            }
        }
        return Optional.empty();
    }

    /// Whether a command that changes or asks something succeeds.
    boolean does(String... arguments) {
        List<String> command = new ArrayList<>(List.of(filter, "-w", "5"));
        command.addAll(List.of(arguments));
        return run(command, "");
    }

    /// Replaces whole chains at once.
    boolean restores(String table) {
        return run(List.of(restore, "-w", "5", "-n"), table);
    }

    private static boolean run(List<String> command, String input) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            try (OutputStream out = process.getOutputStream()) {
                out.write(input.getBytes(StandardCharsets.UTF_8));
            }
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            LOG.debug("{}: {} {}", command, process.exitValue(), said);
            return process.exitValue() == 0;
        } catch (IOException e) {
            LOG.debug("{} failed", command, e);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
