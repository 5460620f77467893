package io.slipway.engine.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The YAML test suite: every text that is YAML is read as the tree that it stands for, and every
/// other is refused. `deviations.txt` lists where Slipway's reader does otherwise, each with what
/// happens and why; the test fails when one is missing there, and when one is there in vain.
class YamlSuiteTest {
    /// A case.
    ///
    /// @param fail whether the text is no YAML
    /// @param tree its events; null where it fails
    record Case(String id, String name, boolean fail, String yaml, @Nullable String tree) {}

    @Test
    void readerDoesAsTheSuiteSaysButForTheListedDeviations() throws IOException {
        List<Case> cases = cases();
        Map<String, String> found = new TreeMap<>();
        for (Case one : cases) {
            String deviation = deviation(one);
            if (!deviation.isEmpty()) {
                found.put(one.id, deviation);
            }
        }
        System.out.printf(
                "YAML test suite: %d cases, %d as the suite says, %d deviations%n",
                cases.size(), cases.size() - found.size(), found.size());

        assertThat(cases).hasSize(402);
        assertThat(lines(found)).isEqualTo(lines(listed()));
    }

    private static String lines(Map<String, String> deviations) {
        return deviations.entrySet().stream()
                .map(entry -> entry.getKey() + ": " + entry.getValue())
                .collect(Collectors.joining("\n"));
    }

    static String deviation(Case one) {
        YamlText read = YamlReader.read(one.yaml);
        boolean refused = !read.flaws().isEmpty();
        if (one.fail) {
            return refused ? "" : "taken";
        }
        if (refused) {
            return read.flaws().getFirst().message().replaceAll("'.*'", "'...'");
        }
        String expected = SuiteTree.ofEvents(String.valueOf(one.tree));
        return expected.equals(SuiteTree.of(read.root())) ? "" : "another tree";
    }

    private static Map<String, String> listed() throws IOException {
        Map<String, String> listed = new TreeMap<>();
        String about = "";
        for (String line : resource("deviations.txt").lines().toList()) {
            if (line.startsWith("== ")) {
                about = line.substring(3);
            } else if (line.startsWith("  ")) {
                for (String id : line.strip().split(" ")) {
                    listed.put(id, about);
                }
            }
        }
        return listed;
    }

    static List<Case> cases() throws IOException {
        return List.of(
                JsonMapper.builder().build().readValue(resource("cases.json"), Case[].class));
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = YamlSuiteTest.class.getResourceAsStream("suite/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
