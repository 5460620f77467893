package io.slipway.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Each row of `attacks.tsv` is tried by tests that name it, or docs/security.md says why not.
@TestInstance(Lifecycle.PER_CLASS)
class AttackRowsTest {
    private static final Pattern ID = Pattern.compile("\\bA-[A-Z0-9]+-[0-9]+\\b");
    private final Map<String, String> tests = new HashMap<>();
    private List<Row> rows = List.of();
    private String page = "";

    private record Row(String id, String what, String expected, List<String> where) {
        static Row of(String line) {
            String[] cells = line.split("\t");
            assertThat(cells).as(line).hasSize(4);
            return new Row(
                    cells[0],
                    cells[1],
                    cells[2],
                    cells[3].equals("-") ? List.of() : List.of(cells[3].split(", ")));
        }
    }

    @BeforeAll
    void read() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("pipeline-engine"))) {
            root = root.getParent();
        }
        page = Files.readString(root.resolve("docs/security.md"));
        rows =
                Files.readAllLines(
                                root.resolve(
                                        "pipeline-engine/src/test/resources/io/slipway/attacks.tsv"))
                        .stream()
                        .filter(line -> !line.startsWith("#"))
                        .map(Row::of)
                        .toList();
        for (String module : List.of("pipeline-engine", "runners", "web")) {
            try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/test/java"))) {
                for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    tests.merge(
                            file.getFileName().toString().replace(".java", ""),
                            Files.readString(file),
                            String::concat);
                }
            }
        }
    }

    @Test
    void everyRowIsTriedByTestsThatNameIt() {
        assertThat(rows).hasSizeGreaterThan(20).extracting(Row::id).doesNotHaveDuplicates();
        for (Row row : rows) {
            assertThat(page).as("docs/security.md").contains("| " + row.id() + " |");
            for (String test : row.where()) {
                assertThat(tests).containsKey(test);
                assertThat(tests.get(test))
                        .as("%s in %s", row.id(), test)
                        .contains(row.id())
                        .contains("@Tag(\"attack\")");
            }
        }
    }

    /// What is not tried has its reason on the page, and what is tried is in no list of what is
    /// not.
    @Test
    void whatIsNotTriedSaysWhy() {
        List<String> excused = new ArrayList<>();
        page.lines()
                .dropWhile(line -> !line.equals("## Not tried"))
                .filter(line -> line.matches("\\| A-[A-Z0-9]+-[0-9]+ \\|.{20,}"))
                .forEach(line -> excused.add(line.split("\\|")[1].strip()));
        assertThat(excused)
                .containsExactlyInAnyOrderElementsOf(
                        rows.stream().filter(row -> row.where().isEmpty()).map(Row::id).toList());
    }

    @Test
    void noTestNamesARowThatThereIsNot() {
        List<String> known = rows.stream().map(Row::id).toList();
        List<String> kinds =
                known.stream().map(id -> id.replaceFirst("-[0-9]+$", "-")).distinct().toList();
        tests.forEach(
                (name, text) -> {
                    Matcher ids = ID.matcher(text);
                    while (ids.find()) {
                        if (kinds.stream().anyMatch(ids.group()::startsWith)) {
                            assertThat(known).as(name).contains(ids.group());
                        }
                    }
                });
    }
}
