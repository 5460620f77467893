package io.slipway.e2e;

import io.slipway.web.traffic.ClassArchive;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// `io.slipway.Main` in processes of its own, as the launcher starts it.
record Program(Map<String, String> settings, List<String> flags, String entry) {
    /// The one setting that a run of the whole suite may choose: how containers are reached.
    private static final String REACH = "SLIPWAY_REACH";

    /// The product itself.
    Program(Map<String, String> settings) {
        this(settings, List.of(), "io.slipway.Main");
    }

    /// The server with failpoints that a desk arms.
    static Program fragile(Map<String, String> settings, Desk desk) {
        return new Program(
                settings,
                List.of("-D" + FragileServer.DESK + "=" + desk.port()),
                FragileServer.class.getName());
    }

    /// How a command ended and what it printed on both streams.
    record Ended(int code, String output) {}

    /// The same with one more setting.
    Program with(String name, String value) {
        Map<String, String> more = new HashMap<>(settings);
        more.put(name, value);
        return new Program(Map.copyOf(more), flags, entry);
    }

    /// The root of the checkout.
    static Path home() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("tools/jvm.options")) ? here : here.getParent();
    }

    /// Starts a word; output and errors go to one stream.
    Process start(ProcessBuilder.Redirect output, Path folder, List<String> words) {
        ProcessBuilder builder =
                new ProcessBuilder(command(words))
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output);
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("SLIPWAY_") && !name.equals(REACH));
        builder.environment().putAll(settings);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// What `start` starts.
    List<String> command(List<String> words) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + home().resolve("tools/jvm.options"));
        command.add("-XX:-AutoCreateSharedArchive");
        command.addAll(archive().flags());
        Stream.of(System.getProperty("slipway.jvm", "").split(" "))
                .filter(flag -> !flag.isBlank())
                .forEach(command::add);
        command.add("-Dslipway.home=" + home());
        command.add("-Dslipway.archives=" + archives());
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath(), entry));
        command.addAll(words);
        return command;
    }

    /// The product's classes, made once for each build from the first server that is ready. They
    /// are the same for every process, whatever follows them in its class path.
    static ClassArchive archive() {
        return ClassArchive.of(archives(), "product");
    }

    private static Path archives() {
        return home().resolve("web/target/archives");
    }

    /// Runs a word to its end, at most three minutes.
    Ended run(Path folder, String input, String... words) {
        Process process = start(ProcessBuilder.Redirect.PIPE, folder, List.of(words));
        try {
            process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(3, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError(String.join(" ", words) + " did not end: " + output);
            }
            return new Ended(process.exitValue(), output);
        } catch (IOException | InterruptedException e) {
            process.destroyForcibly();
            throw new AssertionError(e);
        }
    }

    /// What the tests run with, less the tests: the product. Servers under test need one more
    /// folder.
    private String classPath() {
        String tests = entry.equals("io.slipway.Main") ? "" : File.pathSeparator + tests();
        return product() + tests;
    }

    private static Path tests() {
        try {
            return Path.of(
                    Program.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String product() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes") && !entry.endsWith("-tests.jar"))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
