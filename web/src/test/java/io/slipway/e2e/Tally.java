package io.slipway.e2e;

import java.util.Map;
import java.util.TreeMap;

/// What a test that kills has counted.
final class Tally {
    private final Map<String, Integer> counts = new TreeMap<>();

    synchronized void add(String what, int more) {
        counts.merge(what, more, Integer::sum);
    }

    synchronized int of(String what) {
        return counts.getOrDefault(what, 0);
    }

    @Override
    public synchronized String toString() {
        StringBuilder text = new StringBuilder();
        counts.forEach((what, times) -> text.append("%-46s %d%n".formatted(what, times)));
        return text.toString();
    }
}
