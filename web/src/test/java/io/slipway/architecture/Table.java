package io.slipway.architecture;

import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// A table of docs/ARCHITECTURE.md, found by the first words of its head.
///
/// @param rows cells of each row; the names in a cell are what stands between backticks
record Table(List<List<String>> rows) {
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");

    static Table under(String head) {
        List<String> lines =
                Repository.text(Repository.root().resolve("docs/ARCHITECTURE.md")).lines().toList();
        int start = lines.indexOf(head);
        if (start < 0) {
            throw new IllegalStateException("docs/ARCHITECTURE.md has no table " + head);
        }
        return new Table(
                lines.stream()
                        .skip(start + 2)
                        .takeWhile(line -> line.startsWith("|"))
                        .map(line -> line.substring(1, line.lastIndexOf('|')))
                        .map(line -> Arrays.stream(line.split("\\|", -1)).toList())
                        .toList());
    }

    static List<String> names(String cell) {
        return NAME.matcher(cell).results().map((MatchResult name) -> name.group(1)).toList();
    }

    /// Whether a name of the table stands for a package: itself, or with `.*` also what is below.
    static boolean covers(String name, String subject) {
        if (!name.endsWith(".*")) {
            return name.equals(subject);
        }
        String folder = name.substring(0, name.length() - 2);
        return subject.equals(folder) || subject.startsWith(folder + ".");
    }
}
