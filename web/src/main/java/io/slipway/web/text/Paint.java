package io.slipway.web.text;

import java.util.regex.Pattern;

/// Colours for a terminal: of marks and what stands beside them.
public final class Paint {
    /// Where a line or a column begins.
    private static final Pattern MARK = Pattern.compile("(?m)(^ *| {2})([✓✗◐‖○–])(?= )");

    private Paint() {}

    /// A text with its marks coloured.
    public static String marks(String text, boolean colours) {
        return colours
                ? MARK.matcher(text).replaceAll(mark -> mark.group(1) + part(mark.group(2), true))
                : text;
    }

    /// A part that begins with a mark, in the mark's colour.
    static String part(String text, boolean colours) {
        if (!colours || text.isEmpty()) {
            return text;
        }
        String code =
                switch (text.substring(0, 1)) {
                    case "✓" -> "32";
                    case "✗" -> "31";
                    case "◐" -> "34";
                    case "‖" -> "33";
                    default -> "2";
                };
        return "\u001b[" + code + "m" + text + "\u001b[0m";
    }
}
