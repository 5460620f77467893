package io.slipway.web.traffic;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Finds out which process listens on a port: from `/proc`, else by `lsof`.
final class PortOwner {
    private PortOwner() {}

    /// Such as `process 4711 (nginx)`; empty when nothing tells.
    static Optional<String> of(int port) {
        try {
            return Files.isDirectory(Path.of("/proc/net")) ? fromProc(port) : fromLsof(port);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> fromProc(int port) throws IOException {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            if (Files.exists(Path.of(table))) {
                sockets.addAll(listening(Files.readAllLines(Path.of(table)), port));
            }
        }
        try (DirectoryStream<Path> processes =
                Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (!sockets.isEmpty() && holds(process, sockets)) {
                    return Optional.of(
                            "process %s (%s)".formatted(process.getFileName(), command(process)));
                }
            }
        }
        return Optional.empty();
    }

    /// The links that descriptors of sockets have which listen (state 0A) on a port.
    private static Set<String> listening(List<String> lines, int port) {
        String suffix = ":%04X".formatted(port).toUpperCase(Locale.ROOT);
        Set<String> sockets = new HashSet<>();
        for (String line : lines) {
            String[] columns = line.strip().split("\\s+");
            if (columns.length > 9 && columns[1].endsWith(suffix) && columns[3].equals("0A")) {
                sockets.add("socket:[" + columns[9] + "]");
            }
        }
        return sockets;
    }

    private static boolean holds(Path process, Set<String> sockets) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (sockets.contains(Files.readSymbolicLink(descriptor).toString())) {
                    return true;
                }
            }
        } catch (IOException e) {
            // Another user's, or it has ended.
        }
        return false;
    }

    private static String command(Path process) {
        try {
            return Files.readString(process.resolve("comm")).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static Optional<String> fromLsof(int port) throws IOException {
        Process lsof =
                new ProcessBuilder("lsof", "-nP", "-iTCP:" + port, "-sTCP:LISTEN", "-Fpc")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        String out = new String(lsof.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            lsof.waitFor(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        String pid = field(out, 'p');
        return pid.isEmpty()
                ? Optional.empty()
                : Optional.of("process %s (%s)".formatted(pid, field(out, 'c')));
    }

    private static String field(String out, char name) {
        return out.lines()
                .filter(line -> !line.isEmpty() && line.charAt(0) == name)
                .map(line -> line.substring(1))
                .findFirst()
                .orElse("");
    }
}
