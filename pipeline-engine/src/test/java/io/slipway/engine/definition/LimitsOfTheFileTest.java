package io.slipway.engine.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import io.slipway.engine.yaml.YamlReader;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

@Timeout(5)
class LimitsOfTheFileTest {
    @Test
    void fileThatIsTooLong() {
        assertThat(problems("# " + "x".repeat(256 * 1024)))
                .isEqualTo(
                        "f:1:1: the file has 262146 bytes; 262144 are allowed:"
                                + " move scripts into files of their own");
    }

    @Test
    void bytesAreCountedNotCharacters() {
        assertThat(problems("# " + "\u20ac".repeat(100_000)))
                .startsWith("f:1:1: the file has 300002 bytes;");
    }

    @Test
    void anInputThatIsUsedWithoutEnd() {
        String file =
                "inputs: { a: { default: '%s' } }\njobs: { a: { image: '%s', steps: [a] } }\n";
        assertThat(problems(file.formatted("x".repeat(900), "${inputs.a}".repeat(20_000))))
                .contains("the inputs put more than 1 MiB into this file");
        assertThat(problems(file.formatted("x".repeat(100_000), "${inputs.a}".repeat(10_000))))
                .contains("the inputs put more than 1 MiB into this file");
    }

    @Test
    void listsInListsInLists() {
        assertThat(problems("a: " + "[".repeat(100_000)))
                .isEqualTo(
                        "f:1:43: nested deeper than 40 levels:"
                                + " nothing in the language needs that many");
    }

    @Test
    void entriesInEntriesInEntries() {
        assertThat(problems("- ".repeat(100_000))).contains("nested deeper than 40 levels");
    }

    @Test
    void keysInKeysInKeys() {
        assertThat(problems("? ".repeat(100_000))).contains("nested deeper than 40 levels");
    }

    @Test
    void aliasesThatMultiply() {
        StringBuilder bomb = new StringBuilder("x-0: &a0 [a, a, a, a, a, a, a, a, a, a]\n");
        for (int i = 1; i < 6; i++) {
            String list = ("*a" + (i - 1) + ", ").repeat(9).replaceAll(", $", "");
            bomb.append("x-" + i + ": &a" + i + " [" + list + "]\n");
        }

        assertThat(problems(bomb.toString()))
                .isEqualTo(
                        "f:5:16: more than 20000 values, aliases counted as often as they are"
                                + " used: split the file, or use fewer aliases");
    }

    @Test
    void tooManyAliases() {
        assertThat(problems("x-a: &a b\nx-b: [" + "*a, ".repeat(51) + "]"))
                .isEqualTo(
                        "f:2:207: more than 50 aliases: write the values out where they are few");
    }

    @Test
    void aliasesThatNest() {
        StringBuilder deep = new StringBuilder("x-0: &a0 [[[[[[[[a]]]]]]]]\n");
        for (int i = 1; i < 6; i++) {
            deep.append("x-" + i + ": &a" + i + " [[[[[[[[*a" + (i - 1) + "]]]]]]]]\n");
        }

        assertThat(problems(deep.toString())).contains("nested deeper than 40 levels");
    }

    @Test
    void tooManyValues() {
        assertThat(problems("x-a: [" + "a,".repeat(30_000) + "]"))
                .contains("more than 20000 values");
    }

    @Test
    void tooManyDocuments() {
        assertThat(problems("---\n".repeat(10_000))).contains("a second document begins here");
    }

    @Test
    void tooManySchedules() {
        String schedules =
                IntStream.range(0, 33)
                        .mapToObj(i -> "    - { cron: \"" + i + " 3 * * *\" }\n")
                        .collect(Collectors.joining());

        assertThat(problems("on:\n  schedule:\n" + schedules))
                .isEqualTo(
                        "f:3:5: on.schedule: 33 schedules; a file has at most 32: join some of"
                                + " them: `0 3,15 * * *` comes twice a day");
    }

    @Test
    void tooManyJobs() {
        String jobs =
                IntStream.range(0, 257)
                        .mapToObj(i -> "  j" + i + ": { image: a, steps: [a] }\n")
                        .collect(Collectors.joining());

        assertThat(problems("jobs:\n" + jobs))
                .isEqualTo(
                        "f:2:3: jobs: 257 jobs and apps; a run has at most 256 jobs:"
                                + " join some of them");
    }

    @Test
    void tooManyProblemsToShow() {
        String jobs =
                IntStream.range(0, 250)
                        .mapToObj(i -> "  j" + i + ": { image: a, steps: [a], k" + i + ": b }\n")
                        .collect(Collectors.joining());

        String problems = problems("jobs:\n" + jobs);

        assertThat(problems.lines()).hasSize(201);
        assertThat(problems).endsWith("f: there are more problems: correct these first");
    }

    @Test
    void oneLongText() {
        assertThat(problems("env: { A: " + "x".repeat(200_000) + " }")).isEmpty();
    }

    @Test
    void oneLongKey() {
        assertThat(problems("k" + "x".repeat(900) + ": a"))
                .startsWith("f:1:1: kxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...: unknown key: ");
    }

    /// A MiB is what the text itself needs in memory several times over; nothing may multiply it.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[",
                "{",
                "- ",
                "? ",
                "---\n",
                "a: {",
                "a,",
                "'a',",
                "!",
                "a",
                "&a",
                "*a ",
                "\"",
                "a:\n",
                "#",
                " ",
                "\n",
                "a: &a\n",
                "[a: b, ",
                "{? ",
                "'a': 1\n",
                "\\",
                "%",
                "|\n",
                "\t"
            })
    void noPieceThatIsRepeatedCostsMuchMemory(String piece) {
        String bomb = piece.repeat(YamlReader.LARGEST / piece.length());
        for (String text : List.of(bomb, "x-a: [" + bomb, "x-a: \"" + bomb, "x-a:\n  " + bomb)) {
            String cut = text.substring(0, Math.min(text.length(), YamlReader.LARGEST));
            long before = allocated();
            Definition.parse("f", cut);
            assertThat((allocated() - before) >> 20).as("MiB").isLessThan(32);
        }
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }

    private static String problems(String text) {
        return FaultyFilesTest.problems(text);
    }
}
