package io.slipway.web.settings;

import java.util.Arrays;
import java.util.Comparator;

/// What somebody probably meant.
final class Nearest {
    private static final int FARTHEST = 3;

    private Nearest() {}

    /// `: did you mean SLIPWAY_PORT?`, or nothing when no setting is near.
    static String to(String name) {
        return Arrays.stream(Setting.values())
                .map(Setting::variable)
                .min(Comparator.comparingInt(known -> distance(name, known)))
                .filter(known -> distance(name, known) <= FARTHEST)
                .map(known -> ": did you mean " + known + "?")
                .orElse("");
    }

    /// How many letters must be put in, taken out or changed (Levenshtein).
    private static int distance(String from, String to) {
        int[] before = new int[to.length() + 1];
        Arrays.setAll(before, i -> i);
        for (int i = 1; i <= from.length(); i++) {
            int[] now = new int[to.length() + 1];
            now[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int change = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
                now[j] = Math.min(before[j - 1] + change, Math.min(before[j], now[j - 1]) + 1);
            }
            before = now;
        }
        return before[to.length()];
    }
}
