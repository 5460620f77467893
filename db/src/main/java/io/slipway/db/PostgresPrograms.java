package io.slipway.db;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs PostgreSQL's own programs. They refuse to run as root; then they run in a user namespace in
/// which root is nobody, while the files stay root's.
final class PostgresPrograms {
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final Path folder;
    private final List<String> prefix;

    PostgresPrograms(Path folder) {
        this.folder = folder;
        this.prefix = root() ? List.of("unshare", "-U") : List.of();
    }

    private static boolean root() {
        return "root".equals(System.getProperty("user.name"));
    }

    /// Runs one program to its end.
    ///
    /// @param output where its output goes
    /// @return whether it exited with 0
    boolean run(Path output, String program, List<String> arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(folder.resolve("bin").resolve(program).toString());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            if (!process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == 0;
        } catch (IOException e) {
            throw failed(program, String.valueOf(e.getMessage()), output);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(program, "interrupted", output);
        }
    }

    /// The fault for a program that failed, with the last line of what it said.
    Fault failed(String program, Path output) {
        return failed(program, lastLine(output), output);
    }

    private Fault failed(String program, String why, Path output) {
        boolean namespace = !prefix.isEmpty() && why.startsWith("unshare:");
        return new Fault(
                Kind.CONFIGURATION,
                "cannot start the embedded PostgreSQL: " + program + " failed: " + why,
                namespace
                        ? "run Slipway as a user other than root, or set SLIPWAY_DATABASE_URL"
                        : "read "
                                + output
                                + ", or set SLIPWAY_DATABASE_URL to a PostgreSQL of your own");
    }

    private static String lastLine(Path output) {
        try {
            return Files.readAllLines(output, StandardCharsets.UTF_8).stream()
                    .filter(line -> !line.isBlank())
                    .reduce("no output", (first, second) -> second)
                    .strip();
        } catch (IOException e) {
            return "its output cannot be read: " + e.getMessage();
        }
    }
}
