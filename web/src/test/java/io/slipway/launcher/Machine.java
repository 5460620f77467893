package io.slipway.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A machine in a folder: a checkout with the real launcher, a home, and a PATH that holds only
/// what the test put there beside the tools that every Unix has.
final class Machine {
    private static final List<String> UNIX =
            List.of(
                    "sh",
                    "cat",
                    "cksum",
                    "date",
                    "dirname",
                    "env",
                    "find",
                    "grep",
                    "head",
                    "ls",
                    "mkdir",
                    "mv",
                    "readlink",
                    "rm",
                    "sed",
                    "setsid",
                    "sleep",
                    "sort",
                    "tail",
                    "tar",
                    "touch",
                    "uname");

    /// What came of one start.
    record Ended(int exit, String out, String err) {}

    private final Path root;
    private final Map<String, String> environment = new HashMap<>();

    Machine(Path root) {
        this.root = root;
        copy(Path.of("..").resolve("slipway"), checkout().resolve("slipway"));
        copy(Path.of("..", "tools"), checkout().resolve("tools"));
        write("checkout/pom.xml", "<project/>");
        write("checkout/web/src/main/java/A.java", "class A {}");
        write("home/.keep", "");
        UNIX.forEach(this::link);
        environment.put("HOME", root.resolve("home").toString());
        environment.put("PATH", root.resolve("bin").toString());
        environment.put("SLIPWAY_TEST_KUBECONFIG", "there is one, so none is built or ended");
    }

    /// With everything that the launcher needs; what is called writes its words to `calls`.
    Machine complete() {
        jdk("jdk", "25.0.1");
        with("JAVA_HOME", root.resolve("jdk").toString());
        tool("git", "");
        tool("chromium", "");
        tool("tmux", "");
        tool("docker", "");
        return maven("mkdir -p \"$checkout/web/target/slipway/lib\"");
    }

    /// A Maven that answers to `-v` and else runs the script.
    Machine maven(String script) {
        return tool(
                "mvn",
                """
                if [ "$1" = -v ]; then
                    printf 'Apache Maven 3.9.9\\nJava version: 21.0.1, vendor: x\\n'
                    exit
                fi
                echo "mvn $*" >>"$root/calls"
                %s
                """
                        .formatted(script));
    }

    /// A JDK whose `java` prints its arguments, one a line, from `io.slipway.Main` on.
    Machine jdk(String folder, String version) {
        write(folder + "/release", "JAVA_VERSION=\"" + version + "\"\n");
        script(folder + "/bin/javac", "");
        script(
                folder + "/bin/java",
                """
                while [ "$1" != io.slipway.Main ]; do shift; done
                shift
                pwd
                for argument in "$@"; do echo "<$argument>"; done
                """);
        return this;
    }

    Machine tool(String name, String script) {
        script("bin/" + name, script);
        return this;
    }

    Machine without(String... tools) {
        for (String tool : tools) {
            try {
                Files.deleteIfExists(root.resolve("bin").resolve(tool));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return this;
    }

    void move(String from, String to) {
        try {
            Files.createDirectories(root.resolve(to).getParent());
            Files.move(root.resolve(from), root.resolve(to));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Machine with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /// As a user with this number.
    Machine user(int id) {
        return tool("id", "echo " + id);
    }

    Path checkout() {
        return root.resolve("checkout");
    }

    String calls() {
        Path calls = root.resolve("calls");
        try {
            return Files.exists(calls) ? Files.readString(calls) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Ended slipway(String... arguments) {
        List<String> command = new ArrayList<>(List.of(checkout() + "/slipway"));
        command.addAll(List.of(arguments));
        return run(command);
    }

    Ended run(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(root.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        File out = root.resolve("out").toFile();
        File err = root.resolve("err").toFile();
        builder.redirectOutput(out).redirectError(err).redirectInput(new File("/dev/null"));
        try {
            Process process = builder.start();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the launcher did not end: " + read(err));
            }
            return new Ended(process.exitValue(), read(out), read(err));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    void write(String file, String text) {
        Path path = root.resolve(file);
        try {
            Files.createDirectories(path.getParent());
            Files.writeString(path, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void script(String file, String text) {
        String head = "#!/bin/sh\nroot='%s'\ncheckout=$root/checkout\n".formatted(root);
        write(file, head + text);
        if (!root.resolve(file).toFile().setExecutable(true)) {
            throw new AssertionError("cannot make " + file + " executable");
        }
    }

    /// Puts a tool of this machine into the PATH; false if it has none.
    boolean link(String tool) {
        for (String folder : System.getenv("PATH").split(":")) {
            Path file = Path.of(folder, tool);
            if (Files.isExecutable(file)) {
                write("bin/" + tool, "#!/bin/sh\nexec '" + file + "' \"$@\"\n");
                return root.resolve("bin").resolve(tool).toFile().setExecutable(true);
            }
        }
        return false;
    }

    private static String read(File file) throws IOException {
        return Files.readString(file.toPath(), UTF_8);
    }

    private static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file));
                if (from.equals(file)) {
                    target = to;
                }
                Files.createDirectories(target.getParent());
                Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
