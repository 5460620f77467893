package io.slipway.web.api;

import java.nio.charset.StandardCharsets;

/// One line of a log as a terminal would leave it.
public final class TerminalLine {
    /// What is shown of one line at most, in bytes.
    private static final int LONGEST = 8_192;

    private static final char ESCAPE = '\u001b';

    private TerminalLine() {}

    /// What is left of it on the screen: of what a carriage return wrote over, the last; cut where
    /// it is very long.
    public static String shown(byte[] text, int start, int end) {
        int stop = end > start && text[end - 1] == '\r' ? end - 1 : end;
        int begin = start;
        for (int at = start; at < stop; at++) {
            begin = text[at] == '\r' ? at + 1 : begin;
        }
        int most = Math.min(stop, begin + LONGEST);
        String shown = new String(text, begin, most - begin, StandardCharsets.UTF_8);
        return most == stop ? shown : shown + " … " + (stop - most) + " more bytes in the raw text";
    }

    /// The line without its escape sequences.
    public static String plain(String line) {
        int from = line.indexOf(ESCAPE);
        if (from < 0) {
            return line;
        }
        StringBuilder plain = new StringBuilder(line.length());
        int copied = 0;
        while (from >= 0) {
            plain.append(line, copied, from);
            copied = afterSequence(line, from);
            from = line.indexOf(ESCAPE, copied);
        }
        return plain.append(line, copied, line.length()).toString();
    }

    /// Index behind the sequence that begins at an escape.
    static int afterSequence(String line, int escape) {
        int at = escape + 1;
        char kind = at < line.length() ? line.charAt(at) : 0;
        if (kind == '[') {
            return after(line, at + 1, '@', '~');
        }
        if (kind == ']') {
            return afterText(line, at + 1);
        }
        return after(line, at, '0', '~');
    }

    private static int after(String line, int from, char first, char last) {
        int at = from;
        while (at < line.length() && (line.charAt(at) < first || line.charAt(at) > last)) {
            at++;
        }
        return Math.min(at + 1, line.length());
    }

    /// An operating system command ends with BEL, or with ESC and a backslash.
    private static int afterText(String line, int from) {
        for (int at = from; at < line.length(); at++) {
            if (line.charAt(at) == '\u0007') {
                return at + 1;
            }
            if (line.charAt(at) == ESCAPE) {
                return Math.min(at + 2, line.length());
            }
        }
        return line.length();
    }
}
