package io.slipway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// A real shell completes words and flags.
class CompletionTest {
    private static String script(String shell) {
        StringWriter out = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out));
        assertThat(line.execute("completion", shell)).isZero();
        return out.toString();
    }

    @Test
    void bashCompletesWordsAndFlags(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("completion");
        Files.writeString(file, script("bash"));

        assertThat(completed(file, "rollb")).isEqualTo("rollback");
        assertThat(completed(file, "config", "un")).isEqualTo("unset");
        assertThat(completed(file, "approve", "--rej")).isEqualTo("--reject");
        assertThat(completed(file, "en")).isEqualTo("envs enable");
        assertThat(completed(file, "wh")).isEqualTo("why");
        assertThat(completed(file, "image", "--la")).isEqualTo("--layers");
        assertThat(completed(file, "status", "--a")).isEqualTo("--all");
        assertThat(completed(file, "watch", "--time")).isEqualTo("--timeout");
        assertThat(completed(file, "status", "--color", "a")).isEqualTo("always auto");
        assertThat(completed(file, "swi")).as("what no person types").isEmpty();
    }

    @Test
    void zshLoadsItsEmulationFirst() {
        assertThat(script("zsh"))
                .startsWith("autoload -U +X compinit")
                .contains("bashcompinit")
                .contains(
                        "_picocli_slipway_envs", "_picocli_slipway_why", "_picocli_slipway_image");
    }

    private static String completed(Path file, String... words)
            throws IOException, InterruptedException {
        String typed = "slipway " + String.join(" ", words);
        Process bash =
                new ProcessBuilder(
                                "bash",
                                "-c",
                                "compopt() { :; }; source " // only there while a key is pressed
                                        + file
                                        + "; COMP_WORDS=("
                                        + typed
                                        + "); COMP_CWORD="
                                        + words.length
                                        + "; _complete_slipway; echo \"${COMPREPLY[*]}\"")
                        .redirectErrorStream(true)
                        .start();
        String text = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(text).isZero();
        return text.strip();
    }
}
