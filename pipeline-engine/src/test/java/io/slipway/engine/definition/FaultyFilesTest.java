package io.slipway.engine.definition;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// `faulty.txt` holds files that are wrong, each with the exact text that its author reads;
/// `faulty-later.txt` those whose keys are refused in this version, read as if they were not.
class FaultyFilesTest {
    private record Case(String name, String file, String expected) {}

    @TestFactory
    Stream<DynamicTest> everyFaultyFileIsAnsweredInTheseWords() {
        return cases("faulty.txt").stream()
                .map(
                        one ->
                                DynamicTest.dynamicTest(
                                        one.name,
                                        () ->
                                                assertThat(problems(one.file))
                                                        .isEqualTo(one.expected)));
    }

    @TestFactory
    Stream<DynamicTest> soIsEveryFileThatIsRefusedSoFar() {
        return cases("faulty-later.txt").stream()
                .map(
                        one ->
                                DynamicTest.dynamicTest(
                                        one.name,
                                        () ->
                                                assertThat(problemsOfAll(one.file))
                                                        .isEqualTo(one.expected)));
    }

    static String problemsOfAll(String text) {
        return WholeLanguage.parse("f", text).problems().stream()
                .map(Problem::text)
                .collect(Collectors.joining("\n"));
    }

    static String problems(String text) {
        return Definition.parse("f", text).problems().stream()
                .map(Problem::text)
                .collect(Collectors.joining("\n"));
    }

    private static List<Case> cases(String resource) {
        return Arrays.stream(read(resource).split("(?m)^==== "))
                .skip(1)
                .map(
                        block -> {
                            String[] parts = block.split("(?m)^----\n", 2);
                            String[] head = parts[0].split("\n", 2);
                            return new Case(head[0], head[1], parts[1].strip());
                        })
                .toList();
    }

    private static String read(String resource) {
        try (InputStream in = FaultyFilesTest.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
