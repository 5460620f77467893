package io.slipway.engine.image;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// One pattern of a `.dockerignore` as a regular expression.
final class IgnorePattern {
    private static final Pattern NOTHING = Pattern.compile("(?!)");

    private final String pattern;
    private final StringBuilder regex = new StringBuilder();
    private int at;

    private IgnorePattern(String pattern) {
        this.pattern = pattern;
    }

    static Pattern compile(String pattern) {
        try {
            return Pattern.compile(new IgnorePattern(pattern).regex(), Pattern.DOTALL);
        } catch (PatternSyntaxException e) {
            return NOTHING;
        }
    }

    private String regex() {
        while (at < pattern.length()) {
            char c = pattern.charAt(at++);
            switch (c) {
                case '*' -> star();
                case '?' -> regex.append("[^/]");
                case '[' -> set();
                case '\\' -> literal(at < pattern.length() ? pattern.charAt(at++) : '\\');
                default -> literal(c);
            }
        }
        return regex.toString();
    }

    /// `**` is any number of folders, or anything at the end; `*` is anything but a slash.
    private void star() {
        if (at >= pattern.length() || pattern.charAt(at) != '*') {
            regex.append("[^/]*");
            return;
        }
        at++;
        if (at < pattern.length() && pattern.charAt(at) == '/') {
            at++;
        }
        regex.append(at == pattern.length() ? ".*" : "(.*/)?");
    }

    private void set() {
        int end = pattern.indexOf(']', at + 1);
        if (end < 0) {
            throw new PatternSyntaxException("no end of a set", pattern, at);
        }
        String inside = pattern.substring(at, end);
        boolean negated = inside.startsWith("^");
        regex.append(negated ? "[^/" : "[");
        for (char c : inside.substring(negated ? 1 : 0).toCharArray()) {
            if (c == '[' || c == '&' || c == '^') {
                regex.append('\\');
            }
            regex.append(c);
        }
        regex.append(']');
        at = end + 1;
    }

    private void literal(char c) {
        regex.append(Pattern.quote(String.valueOf(c)));
    }
}
