package io.slipway.web.api;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Which colours and weights are on after a text, as the parameters that turn them on again.
final class Colours {
    /// More than any terminal has attributes: older ones are dropped.
    private static final int MOST = 24;

    private Colours() {}

    /// Such as `1;31`; empty when none are on.
    static String after(byte[] text) {
        String line = new String(text, StandardCharsets.UTF_8);
        List<String> on = new ArrayList<>();
        int at = line.indexOf('\u001b');
        while (at >= 0) {
            int end = TerminalLine.afterSequence(line, at);
            if (line.startsWith("[", at + 1) && line.charAt(end - 1) == 'm') {
                take(on, line.substring(at + 2, end - 1));
            }
            at = line.indexOf('\u001b', end);
        }
        return String.join(";", on);
    }

    private static void take(List<String> on, String parameters) {
        if (!parameters.matches("[0-9;:]{0,64}")) {
            return;
        }
        String[] codes = parameters.split("[;:]", -1);
        int at = 0;
        while (at < codes.length) {
            int size = Math.min(size(codes, at), codes.length - at);
            String code = String.join(";", Arrays.copyOfRange(codes, at, at + size));
            if (code.matches("0*")) {
                on.clear();
            } else {
                on.remove(code);
                on.add(code);
            }
            at += size;
        }
        while (on.size() > MOST) {
            on.removeFirst();
        }
    }

    /// How many numbers belong together: `38;5;n` is one colour, `38;2;r;g;b` as well.
    private static int size(String[] codes, int at) {
        if (!codes[at].equals("38") && !codes[at].equals("48")) {
            return 1;
        }
        String kind = at + 1 < codes.length ? codes[at + 1] : "";
        return kind.equals("5") ? 3 : kind.equals("2") ? 5 : 1;
    }
}
