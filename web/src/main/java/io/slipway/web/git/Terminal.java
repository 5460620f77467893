package io.slipway.web.git;

import java.util.function.Consumer;
import java.util.regex.Pattern;

/// Lines in the pusher's terminal: appended only, no control characters, at most 72 columns, since
/// git puts `remote: ` before each.
final class Terminal {
    static final int COLUMNS = 72;
    private static final int LONGEST = 500;
    private static final Pattern ESCAPES =
            Pattern.compile(
                    "\u001b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\u0007\u001b]*(?:\u0007|\u001b\\\\)?|.)");

    private final Consumer<String> out;

    /// @param out takes a line without its line break, and sends it at once
    Terminal(Consumer<String> out) {
        this.out = out;
    }

    void blank() {
        out.accept("");
    }

    /// A line, cut where it is too long.
    void line(String text) {
        out.accept(cut(clean(text), COLUMNS));
    }

    /// A line that is of use only when it is whole: an URL, a command.
    void whole(String text) {
        out.accept(cut(clean(text), LONGEST));
    }

    /// A line of text, on as many lines as it takes; what follows the first is set in by four.
    void wrapped(String text) {
        String rest = cut(clean(text), LONGEST);
        while (rest.codePointCount(0, rest.length()) > COLUMNS) {
            int most = rest.offsetByCodePoints(0, COLUMNS);
            int at = rest.lastIndexOf(' ', most);
            int end = at <= COLUMNS / 2 ? most : at;
            out.accept(rest.substring(0, end));
            rest = "    " + rest.substring(end).strip();
        }
        out.accept(rest);
    }

    /// Text without escape sequences, control characters and what changes the direction of text; a
    /// tab becomes a space.
    static String clean(String text) {
        String plain = ESCAPES.matcher(text).replaceAll("");
        StringBuilder clean = new StringBuilder();
        plain.codePoints()
                .map(c -> c == '\t' ? ' ' : c)
                .filter(c -> !Character.isISOControl(c))
                .filter(c -> Character.getType(c) != Character.FORMAT)
                .forEach(clean::appendCodePoint);
        return clean.toString().stripTrailing();
    }

    static String cut(String text, int columns) {
        if (text.codePointCount(0, text.length()) <= columns) {
            return text;
        }
        return text.substring(0, text.offsetByCodePoints(0, columns - 3)) + "...";
    }
}
