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

/// `faulty.txt` holds files that are wrong, each with the exact text that its author reads.
class FaultyFilesTest {
    private record Case(String name, String file, String expected) {}

    @TestFactory
    Stream<DynamicTest> everyFaultyFileIsAnsweredInTheseWords() {
        return cases().stream()
                .map(
                        one ->
                                DynamicTest.dynamicTest(
                                        one.name,
                                        () ->
                                                assertThat(problems(one.file))
                                                        .isEqualTo(one.expected)));
    }

    static String problems(String text) {
        return Definition.parse("f", text).problems().stream()
                .map(Problem::text)
                .collect(Collectors.joining("\n"));
    }

    private static List<Case> cases() {
        return Arrays.stream(read().split("(?m)^==== "))
                .skip(1)
                .map(
                        block -> {
                            String[] parts = block.split("(?m)^----\n", 2);
                            String[] head = parts[0].split("\n", 2);
                            return new Case(head[0], head[1], parts[1].strip());
                        })
                .toList();
    }

    private static String read() {
        try (InputStream in = FaultyFilesTest.class.getResourceAsStream("faulty.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
