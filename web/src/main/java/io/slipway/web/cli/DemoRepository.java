package io.slipway.web.cli;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A repository for once, driven by the real git client: nothing else of Slipway starts that. The
/// token reaches git in its environment, so that no command line and no file shows it.
record DemoRepository(Path folder) implements AutoCloseable {

    /// What the example starts from, where no registry is needed to have it.
    static void baseImages(Path home) throws IOException, InterruptedException {
        Process script =
                new ProcessBuilder("sh", home.resolve("tools/base-images.sh").toString())
                        .inheritIO()
                        .start();
        if (script.waitFor() != 0) {
            throw new Fault(
                    Kind.UNAVAILABLE,
                    "cannot push the example: its base image is missing",
                    "docker pull busybox");
        }
    }

    /// A repository with a copy of the folder, not committed yet.
    static DemoRepository of(Path example) throws IOException, InterruptedException {
        DemoRepository made = new DemoRepository(Files.createTempDirectory("slipway-demo"));
        copy(example, made.folder);
        made.git(Map.of(), "init", "-q", "-b", "main");
        return made;
    }

    /// Commits on top of what the remote has, and pushes; git prints to this terminal.
    ///
    /// @return whether git was content
    boolean push(URI remote, String token) throws IOException, InterruptedException {
        Map<String, String> sign = signedIn(token);
        if (git(sign, "ls-remote", "-q", "--exit-code", remote.toString(), "refs/heads/main")) {
            git(sign, "fetch", "-q", remote.toString(), "main");
            git(Map.of(), "update-ref", "refs/heads/main", "FETCH_HEAD");
        }
        git(Map.of(), "add", "-A");
        git(Map.of(), "commit", "-q", "--allow-empty", "-m", "A page that says hello");
        return start(sign, true, "push", remote.toString(), "HEAD:main");
    }

    private static Map<String, String> signedIn(String token) {
        String basic =
                Base64.getEncoder()
                        .encodeToString(("demo:" + token).getBytes(StandardCharsets.UTF_8));
        return Map.of(
                "GIT_CONFIG_COUNT", "1",
                "GIT_CONFIG_KEY_0", "http.extraHeader",
                "GIT_CONFIG_VALUE_0", "Authorization: Basic " + basic);
    }

    private boolean git(Map<String, String> more, String... words)
            throws IOException, InterruptedException {
        return start(more, false, words);
    }

    private boolean start(Map<String, String> more, boolean shown, String... words)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        Map<String, String> env = new HashMap<>(more);
        env.put("GIT_CONFIG_NOSYSTEM", "1");
        env.put("GIT_CONFIG_GLOBAL", "/dev/null");
        env.put("GIT_TERMINAL_PROMPT", "0");
        env.put("GIT_AUTHOR_NAME", "Slipway demo");
        env.put("GIT_AUTHOR_EMAIL", "demo@localhost");
        env.put("GIT_COMMITTER_NAME", "Slipway demo");
        env.put("GIT_COMMITTER_EMAIL", "demo@localhost");
        builder.environment().keySet().removeIf(name -> name.startsWith("GIT_"));
        builder.environment().putAll(env);
        if (shown) {
            builder.inheritIO();
        } else {
            builder.redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD);
        }
        return builder.start().waitFor() == 0;
    }

    @Override
    public void close() throws IOException {
        remove(folder);
    }

    private static void copy(Path from, Path to) throws IOException {
        for (Path file : below(from)) {
            Path at = to.resolve(from.relativize(file).toString());
            if (Files.isDirectory(file)) {
                Files.createDirectories(at);
            } else {
                Files.copy(file, at, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    static void remove(Path folder) throws IOException {
        if (Files.exists(folder)) {
            for (Path file : below(folder).reversed()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static List<Path> below(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.sorted().toList();
        }
    }
}
