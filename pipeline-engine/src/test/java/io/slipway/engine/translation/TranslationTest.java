package io.slipway.engine.translation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.engine.definition.Definition;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class TranslationTest {
    private static final String SAMPLES =
            """
            .github/workflows/ci.yml;      github.yml
            .github/workflows/release.yml; release.yml
            .gitlab-ci.yml;                gitlab-ci.yml
            .woodpecker.yml;               woodpecker.yml
            """;

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = SAMPLES)
    void isTranslatedAsItIsWritten(String path, String sample) throws IOException {
        String text = Translation.text(path, read(sample));

        assertThat(text).isEqualTo(read(sample.replace(".yml", ".slipway.yml")));
        assertThat(Definition.parse(".slipway.yml", text).problems()).isEmpty();
    }

    /// Lines are left out, doubled and exchanged at random: whatever can be read is translated to a
    /// file without problems, in which every line of the source is found again.
    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = SAMPLES)
    void everyLineIsTranslatedOrCommented(String path, String sample) throws IOException {
        int read = 0;
        for (int seed = 0; seed < 1000; seed++) {
            String source = changed(read(sample), new Random(seed));
            String text;
            try {
                text = Translation.text(path, source);
            } catch (Fault notYaml) {
                continue;
            }
            read++;
            assertThat(Definition.parse(".slipway.yml", text).problems())
                    .as("seed %s:%n%s%n%s", seed, source, text)
                    .isEmpty();
            assertThat(source.lines().filter(line -> !isFound(line, text)))
                    .as("seed %s:%n%s%n%s", seed, source, text)
                    .isEmpty();
        }
        assertThat(read).isGreaterThan(30);
    }

    /// As a comment, or by its key or its value in what is written.
    private static boolean isFound(String line, String text) {
        String bare = line.strip();
        if (bare.isEmpty() || text.contains("#   " + line)) {
            return true;
        }
        String content = bare.replaceAll("^(- )+", "").replaceAll("\\s+#.*$", "");
        String value = content.replaceAll("^[\\w-]+:\\s*", "").replaceAll("^[\\[{\"' ]+", "");
        String first = value.replaceAll("[\\]}\"',: |].*$", "");
        String key = content.replaceAll(":.*$", "").replace('_', '-');
        String written = text.lines().filter(l -> !l.startsWith("#")).reduce("", String::concat);
        return written.contains(first.isEmpty() ? key : first)
                || STRUCTURE.contains(content)
                || written.contains(first.replace('_', '-'));
    }

    private static final List<String> STRUCTURE =
            List.of(
                    "jobs:",
                    "on:",
                    "push:",
                    "paths-ignore:",
                    "steps:",
                    "script:",
                    "container:",
                    "default:",
                    "commands:",
                    "before_script:",
                    "before_script: []",
                    "variables:",
                    "environment:",
                    "|",
                    "env:");

    private static String changed(String text, Random random) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(lines.size());
            switch (random.nextInt(3)) {
                case 0 -> lines.remove(at);
                case 1 -> lines.add(random.nextInt(lines.size()), lines.get(at));
                default -> lines.set(at, lines.get(random.nextInt(lines.size())));
            }
        }
        return String.join("\n", lines) + "\n";
    }

    @Test
    void fileOfAnUnknownServiceIsRefused() {
        assertThatThrownBy(() -> Translation.text("Jenkinsfile", "a: b\n"))
                .hasMessage("cannot translate Jenkinsfile: its name is none of a known service");
    }

    @Test
    void fileThatCannotBeReadIsRefusedWithItsLine() {
        assertThatThrownBy(() -> Translation.text(".gitlab-ci.yml", "a:\n  b: !reference [c]\n"))
                .isInstanceOf(Fault.class)
                .hasMessageStartingWith("cannot translate .gitlab-ci.yml: line 2: ");
    }

    private static String read(String name) throws IOException {
        try (InputStream in = TranslationTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
