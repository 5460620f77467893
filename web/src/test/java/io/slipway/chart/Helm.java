package io.slipway.chart;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Assumptions;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The real helm, as `tools/installed.sh` builds it once. Where it is not built a test is skipped
/// and says so; with `CI=true` it is built.
final class Helm {
    private final String program;
    private final Map<String, String> environment;

    /// How a command ended and what it printed on both streams.
    record Ended(int code, String output) {}

    /// @param environment such as `KUBECONFIG`
    Helm(Map<String, String> environment) {
        this.program = program();
        this.environment = Map.copyOf(environment);
    }

    private static String program() {
        boolean must = "true".equals(System.getenv("CI"));
        String script = checkout().resolve("tools/installed.sh").toString();
        Ended found = ended(Map.of(), List.of("sh", script, must ? "build" : "find", "helm"));
        if (found.code() == 0) {
            return found.output().lines().toList().getLast();
        }
        assertThat(must).as("the tests of the chart need helm: " + found.output()).isFalse();
        return Assumptions.abort("no helm: tools/installed.sh build helm makes it");
    }

    /// The root of the checkout.
    static Path checkout() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("charts")) ? here : here.getParent();
    }

    static Path chart() {
        return checkout().resolve("charts/slipway");
    }

    Ended run(String... words) {
        List<String> command = new ArrayList<>();
        command.add(program);
        command.addAll(List.of(words));
        return ended(environment, command);
    }

    /// What it prints, when it ends well.
    String prints(String... words) {
        Ended ended = run(words);
        assertThat(ended.code()).as(ended.output()).isZero();
        return ended.output();
    }

    static Ended ended(Map<String, String> environment, List<String> command) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(process.waitFor(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
