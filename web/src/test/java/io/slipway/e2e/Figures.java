package io.slipway.e2e;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What was measured, as rows of a table beside their bars. Prints medians.
final class Figures {
    private final List<String> rows = new ArrayList<>();

    /// One work, done by Slipway and by hand in turn, in milliseconds.
    static final class Pair {
        private final List<Double> slipway = new ArrayList<>();
        private final List<Double> hand = new ArrayList<>();

        void add(double bySlipway, double byHand) {
            slipway.add(bySlipway);
            hand.add(byHand);
        }
    }

    /// A figure whose bar is a difference.
    void difference(String name, Pair pair, String bar) {
        pair(name, pair, "+ %.0f ms", median(pair.slipway) - median(pair.hand), bar);
    }

    /// A figure whose bar is a ratio.
    void ratio(String name, Pair pair, String bar) {
        pair(name, pair, "%.2f x", median(pair.slipway) / median(pair.hand), bar);
    }

    private void pair(String name, Pair pair, String form, double compared, String bar) {
        row(
                name,
                String.format(Locale.ROOT, "%.0f ms", median(pair.slipway)),
                String.format(Locale.ROOT, "%.0f ms", median(pair.hand)),
                String.format(Locale.ROOT, form, compared),
                bar);
    }

    /// A figure that nothing by hand stands beside.
    void alone(String name, String value, String bar) {
        row(name, value, "", "", bar);
    }

    private void row(String... cells) {
        rows.add("| " + String.join(" | ", cells) + " |");
    }

    void print(int rounds) throws IOException {
        System.out.println();
        System.out.println(Machine.text());
        System.out.printf(
                Locale.ROOT, "medians of %d rounds, Slipway and by hand in turn%n%n", rounds);
        System.out.println("| figure | Slipway | by hand | | bar |");
        System.out.println("| --- | --- | --- | --- | --- |");
        rows.forEach(System.out::println);
        System.out.println();
    }

    static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }
}
