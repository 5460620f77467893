package io.slipway.engine.image;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// What a `.dockerignore` keeps out of a build context, by Docker's rules: patterns of Go's
/// `filepath.Match`, `**` for any number of folders, `!` for exceptions, the last match wins, and a
/// pattern that matches a folder matches all in it.
final class IgnoreFile {
    private static final int LONGEST_PATTERN = 1000;

    private final List<Rule> rules;

    private record Rule(Pattern path, boolean exception) {}

    private IgnoreFile(List<Rule> rules) {
        this.rules = rules;
    }

    /// Reads the file; a pattern that Docker would refuse matches nothing.
    static IgnoreFile parse(String text) {
        List<Rule> rules = new ArrayList<>();
        String plain = text.startsWith("\uFEFF") ? text.substring(1) : text;
        for (String line : plain.split("\n", -1)) {
            if (!line.startsWith("#")) {
                add(rules, line.strip());
            }
        }
        return new IgnoreFile(List.copyOf(rules));
    }

    private static void add(List<Rule> rules, String line) {
        boolean exception = line.startsWith("!");
        String pattern = cleaned(exception ? line.substring(1).strip() : line);
        if (!pattern.isEmpty() && pattern.length() <= LONGEST_PATTERN) {
            rules.add(new Rule(IgnorePattern.compile(pattern), exception));
        }
    }

    /// What Go's `filepath.Clean` leaves of it, without a leading slash.
    private static String cleaned(String pattern) {
        List<String> parts = new ArrayList<>();
        for (String part : pattern.split("/", -1)) {
            if (part.equals("..")) {
                if (!parts.isEmpty()) {
                    parts.removeLast();
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return String.join("/", parts);
    }

    /// Whether the file at this path stays out.
    boolean ignores(String path) {
        boolean ignored = false;
        for (Rule rule : rules) {
            if (ignored == rule.exception && matches(rule.path, path)) {
                ignored = !rule.exception;
            }
        }
        return ignored;
    }

    private static boolean matches(Pattern pattern, String path) {
        for (int end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
            if (pattern.matcher(path.substring(0, end)).matches()) {
                return true;
            }
        }
        return pattern.matcher(path).matches();
    }
}
