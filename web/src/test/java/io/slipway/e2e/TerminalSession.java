package io.slipway.e2e;

import org.junit.jupiter.api.Assumptions;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// A shell in a terminal of 100 columns and 30 lines, as tmux draws it. Without tmux a test is
/// skipped, with the reason; with `CI=true` it fails.
final class TerminalSession implements AutoCloseable {
    private final Path folder;
    private final Path socket;

    /// @param program what `slipway` is in the shell
    /// @param at where the shell starts
    TerminalSession(Program program, Path at) {
        requireTmux();
        try {
            this.folder = Files.createTempDirectory("slipway-tty");
            this.socket = folder.resolve("tmux");
            Path slipway = Folders.write(folder.resolve("slipway"), script(program));
            Files.setPosixFilePermissions(slipway, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        tmux("new-session", "-d", "-x", "100", "-y", "30", "-c", at.toString(), "sh");
        type("PS1='$ '; PATH=" + folder + ":$PATH; clear");
        Await.until("the shell waits", () -> screen().equals("$\n"));
    }

    private static void requireTmux() {
        boolean there =
                Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .anyMatch(part -> Files.isExecutable(Path.of(part, "tmux")));
        if (!there && "true".equals(System.getenv("CI"))) {
            throw new AssertionError("the tests need tmux");
        }
        Assumptions.assumeTrue(there, "no tmux");
    }

    private static String script(Program program) {
        String settings =
                program.settings().entrySet().stream()
                        .map(one -> one.getKey() + "=" + quoted(one.getValue()))
                        .collect(Collectors.joining(" "));
        String command =
                program.command(List.of()).stream()
                        .map(TerminalSession::quoted)
                        .collect(Collectors.joining(" "));
        return "#!/bin/sh\n" + settings + " exec " + command + " \"$@\"\n";
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    /// Types a line and Enter.
    void type(String line) {
        tmux("send-keys", "-l", line);
        press("Enter");
    }

    /// Presses a key by tmux' name for it: `C-c`.
    void press(String key) {
        tmux("send-keys", key);
    }

    /// What is on the screen, without empty lines at its end.
    String screen() {
        return tmux("capture-pane", "-p").stripTrailing() + "\n";
    }

    /// The same with the sequences that set colours.
    String painted() {
        return tmux("capture-pane", "-p", "-e");
    }

    private String tmux(String... words) {
        List<String> command = new ArrayList<>();
        command.addAll(List.of("tmux", "-u", "-S", socket.toString(), "-f", "/dev/null"));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("SLIPWAY_") || name.equals("TMUX"));
        environment.keySet().removeAll(List.of("CI", "NO_COLOR"));
        environment.put("LC_ALL", "C.UTF-8");
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new AssertionError(String.join(" ", words) + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        tmux("kill-server");
        Folders.remove(folder);
    }
}
