package io.slipway.engine.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The real git client in a folder, with no settings but these and with fixed people and times.
public record Git(Path folder) {
    private static final Map<String, String> ENV =
            Map.of(
                    "GIT_CONFIG_NOSYSTEM", "1",
                    "GIT_CONFIG_GLOBAL", "/dev/null",
                    "GIT_TERMINAL_PROMPT", "0",
                    "GIT_AUTHOR_NAME", "Ada",
                    "GIT_AUTHOR_EMAIL", "ada@example.com",
                    "GIT_COMMITTER_NAME", "Ada",
                    "GIT_COMMITTER_EMAIL", "ada@example.com",
                    "LC_ALL", "C.UTF-8");

    /// How a command ended and what it printed on both streams.
    public record Ended(int code, String output) {}

    /// A new repository with the branch `main`.
    public static Git init(Path folder) {
        Git git = new Git(folder);
        git.must("init", "-q", "-b", "main", ".");
        return git;
    }

    /// Starts git; output and errors go to one stream.
    public Process start(String... arguments) {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(ENV);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Runs git to its end, at most two minutes.
    public Ended run(String... arguments) {
        Process process = start(arguments);
        try {
            process.getOutputStream().close();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(2, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError("git did not end: " + output);
            }
            return new Ended(process.exitValue(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw new AssertionError(e);
        }
    }

    /// Runs git, which must succeed, and gives what it printed, stripped.
    public String must(String... arguments) {
        Ended ended = run(arguments);
        assertThat(ended.code()).as(ended.output()).isZero();
        return ended.output().strip();
    }

    /// Writes a file.
    public Git write(String path, String content) {
        try {
            Path file = folder.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Commits everything that is there.
    public CommitId commit(String message) {
        must("add", "-A");
        must("commit", "-q", "--allow-empty", "-m", message);
        return head();
    }

    /// The commit that is checked out.
    public CommitId head() {
        return new CommitId(must("rev-parse", "HEAD"));
    }
}
