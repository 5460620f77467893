package io.slipway.web.text;

import java.util.ArrayList;
import java.util.List;

/// Lines whose parts stand below each other. What comes from outside is made safe for a terminal.
final class Columns {
    private static final int APART = 2;

    private final List<List<String>> lines = new ArrayList<>();

    Columns line(String... parts) {
        return line(List.of(parts));
    }

    Columns line(List<String> parts) {
        lines.add(parts.stream().map(Columns::clean).toList());
        return this;
    }

    /// Control characters and marks that turn the direction of writing are left out.
    static String clean(String text) {
        return text.replaceAll("[\\p{Cntrl}\\p{Cf}]+", " ").stripTrailing();
    }

    @Override
    public String toString() {
        List<Integer> widths = new ArrayList<>();
        for (List<String> line : lines) {
            for (int i = 0; i < line.size(); i++) {
                int width = line.get(i).length();
                if (i == widths.size()) {
                    widths.add(width);
                }
                widths.set(i, Math.max(widths.get(i), width));
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder row = new StringBuilder();
            for (int i = 0; i < line.size(); i++) {
                row.append(line.get(i));
                int gap = widths.get(i) - line.get(i).length() + APART;
                row.append(" ".repeat(gap));
            }
            text.append(row.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
