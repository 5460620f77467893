package io.slipway.engine.detection;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A range of versions as npm, Python and Poetry write them: `>=18 <21`, `^18.2`, `~=3.11`,
/// `==3.11.*`, `18 || 20`. It is asked for whole lines of versions (20, 3.11): a line is in the
/// range when some version of it is.
final class VersionRange {
    private static final Pattern PART =
            Pattern.compile(
                    "(===|==|!=|>=|<=|~=|~>|[><=^~])?\\s*v?([0-9]+(?:\\.[0-9]+)*)(?:\\.[xX*])*"
                            + "(?:[-+.]?[a-zA-Z][-.+0-9a-zA-Z]*)?");
    private static final Pattern BETWEEN = Pattern.compile("([0-9.xX*]+)\\s+-\\s+([0-9.xX*]+)");

    /// A longer text is no range that anybody wrote.
    private static final int LONGEST = 200;

    private final String text;

    VersionRange(String text) {
        this.text = text.length() > LONGEST ? "" : text;
    }

    /// The first of these lines that is in the range; the first of all when the range says nothing;
    /// empty when none is.
    Optional<String> first(List<String> lines) {
        return lines.stream().filter(this::has).findFirst();
    }

    private boolean has(String line) {
        int[] wanted = numbers(line);
        for (String choice : text.split("\\|\\|?")) {
            if (every(choice, wanted)) {
                return true;
            }
        }
        return false;
    }

    private static boolean every(String choice, int[] line) {
        String spelled = BETWEEN.matcher(choice).replaceAll(">=$1 <=$2");
        Matcher part = PART.matcher(spelled);
        while (part.find()) {
            String operator = part.group(1) == null ? "=" : part.group(1);
            if (!holds(operator, line, numbers(part.group(2)))) {
                return false;
            }
        }
        return true;
    }

    private static boolean holds(String operator, int[] line, int[] bound) {
        int order = compare(line, bound);
        boolean finer = bound.length > line.length;
        return switch (operator) {
            case ">=" -> order >= 0;
            case ">" -> finer ? order >= 0 : order > 0;
            case "<=" -> order <= 0;
            case "<" -> finer && rest(bound, line.length) ? order <= 0 : order < 0;
            case "!=" -> finer || order != 0;
            case "^" -> order >= 0 && line[0] == bound[0];
            case "~=" -> order >= 0 && same(line, bound, Math.max(1, bound.length - 1));
            case "~", "~>" -> order >= 0 && same(line, bound, Math.min(2, bound.length));
            default -> order == 0;
        };
    }

    /// Over as many numbers as both have.
    private static int compare(int[] line, int[] bound) {
        for (int i = 0; i < Math.min(line.length, bound.length); i++) {
            if (line[i] != bound[i]) {
                return Integer.compare(line[i], bound[i]);
            }
        }
        return 0;
    }

    private static boolean same(int[] line, int[] bound, int numbers) {
        for (int i = 0; i < Math.min(numbers, line.length); i++) {
            if (line[i] != bound[i]) {
                return false;
            }
        }
        return true;
    }

    /// Whether any number behind the first ones is not zero.
    private static boolean rest(int[] bound, int from) {
        for (int i = from; i < bound.length; i++) {
            if (bound[i] != 0) {
                return true;
            }
        }
        return false;
    }

    private static int[] numbers(String version) {
        List<Integer> numbers = new ArrayList<>();
        for (String number : version.split("\\.")) {
            numbers.add(number.length() > 6 ? Integer.MAX_VALUE : Integer.parseInt(number));
        }
        return numbers.stream().mapToInt(Integer::intValue).toArray();
    }
}
