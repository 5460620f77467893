package io.slipway.web.failure;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Which lines of an output say that something is wrong.
public final class ErrorLines {
    private static final int LONGEST = 500;

    /// How compilers, test frameworks, shells and languages begin the line that says what is wrong.
    private static final Pattern ERROR =
            Pattern.compile(
                    "\\b(?:ERROR|FATAL|FAILED|FAILURE|PANIC|SEVERE|CRITICAL)\\b|(?:^|[\\s\\]:>])(?:[eE]rror|[fF]atal|panic)(?:\\[\\w+])?:|^\\s*(?:E"
                        + "  +\\S|Caused by: |Exception in |Traceback \\(|--- FAIL|not ok \\d|npm"
                        + " ERR!|[✗✘×] )|^\\s*[\\w.$]+(?:Exception|Error):|: (?:command )?not"
                        + " found$|: No such file or directory$|: Permission denied$");

    /// Lines that only count errors, of which there are none.
    private static final Pattern NONE =
            Pattern.compile(
                    "\\b(?:0|no) (?:errors?|failures?|failed)\\b|\\b(?:ERROR|FAILED|FAILURE)S?:"
                            + " 0\\b",
                    Pattern.CASE_INSENSITIVE);

    /// Times, counts, places, addresses and hashes.
    private static final Pattern CHANGING = Pattern.compile("\\b[0-9a-f]{7,}\\b|[0-9]+");

    private ErrorLines() {}

    /// Whether a line looks like an error.
    ///
    /// @param line without escape sequences
    public static boolean isOne(String line) {
        return ERROR.matcher(line).find() && !NONE.matcher(line).find();
    }

    /// The first line that looks like an error, cut where it is very long.
    static Optional<String> first(List<String> lines) {
        return lines.stream()
                .filter(ErrorLines::isOne)
                .findFirst()
                .map(String::strip)
                .map(line -> line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line);
    }

    /// The same text for two lines that differ only in numbers, times and hashes.
    static String alike(String line) {
        return CHANGING.matcher(line.toLowerCase(Locale.ROOT)).replaceAll("#");
    }
}
