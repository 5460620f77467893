package io.slipway.runners.buildkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Assumptions;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// The image of a builder for tests: that of `SLIPWAY_TEST_BUILDER`, else the one that
/// `tools/builder` makes. With `CI=true` it is made when it is not there; elsewhere tests are
/// skipped then, and say so.
public final class BuilderImage {
    private static final String MADE = "slipway-test/buildkit:rootless";
    private static final long MINUTES = 10;

    private BuilderImage() {}

    /// Its name on the engine.
    ///
    /// @param present whether the engine has an image of that name
    public static String find(Predicate<String> present) throws IOException {
        String given = System.getenv("SLIPWAY_TEST_BUILDER");
        if (given != null && !given.isBlank()) {
            return given;
        }
        if (present.test(MADE)) {
            return MADE;
        }
        if (!"true".equals(System.getenv("CI"))) {
            return Assumptions.abort("no builder: tools/builder/builder.sh image makes one");
        }
        return script("image").strip();
    }

    /// Runs `tools/builder/builder.sh`.
    ///
    /// @return what it printed
    public static String script(String... words) throws IOException {
        String path = Path.of("..", "tools", "builder", "builder.sh").toString();
        String[] command = new String[words.length + 1];
        command[0] = path;
        System.arraycopy(words, 0, command, 1, words.length);
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        process.getOutputStream().close();
        try {
            String printed =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).as("it ends").isTrue();
            assertThat(process.exitValue()).as(path).isZero();
            return printed;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
