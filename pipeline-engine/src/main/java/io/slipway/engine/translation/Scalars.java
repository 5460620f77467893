package io.slipway.engine.translation;

import java.util.regex.Pattern;

/// Texts as YAML writes them.
final class Scalars {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./][A-Za-z0-9_./@+-]*");
    private static final Pattern CONTROL = Pattern.compile("\\p{C}");

    private Scalars() {}

    /// As it is where that is possible, else in quotes.
    static String of(String text) {
        return PLAIN.matcher(text).matches() ? text : quoted(text);
    }

    /// In double quotes.
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> {
                    boolean printable = c >= ' ' && c != 0x7f && c != 0x85 && c != 0xfeff;
                    boolean separator = c == 0x2028 || c == 0x2029;
                    boolean plain = printable && !separator && (c < 0x80 || c > 0x9f);
                    quoted.append(plain ? String.valueOf(c) : "\\u%04x".formatted((int) c));
                }
            }
        }
        return quoted.append('"').toString();
    }

    /// On one line, behind `#`.
    static String comment(String text) {
        return CONTROL.matcher(text).replaceAll("?");
    }
}
