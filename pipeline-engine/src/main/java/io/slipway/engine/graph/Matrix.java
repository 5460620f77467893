package io.slipway.engine.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `matrix:`, as written.
///
/// @param axes names with their values, in the order of the file
/// @param include cells that are added, or values that are added to cells
/// @param exclude what is left out: every cell that has all of an entry's values
public record Matrix(
        Map<String, List<String>> axes,
        List<Map<String, String>> include,
        List<Map<String, String>> exclude) {
    /// Nothing was written: one job, without values.
    public static final Matrix NONE = new Matrix(Map.of(), List.of(), List.of());

    /// How many combinations the axes have, nothing added or left out.
    public long combinations() {
        long all = axes.isEmpty() ? 0 : 1;
        for (List<String> values : axes.values()) {
            all = Math.min(Integer.MAX_VALUE, all * values.size());
        }
        return all;
    }

    /// The cells, each a map of names to values; one without any where there is no matrix.
    ///
    /// An entry of `include` whose values of axes are those of a cell adds its other values to that
    /// cell; one that fits no cell is a cell of its own. Values of axes are never changed.
    public List<Map<String, String>> cells() {
        if (equals(NONE)) {
            return List.of(Map.of());
        }
        List<Map<String, String>> cells = product();
        cells.removeIf(cell -> exclude.stream().anyMatch(one -> has(cell, one)));
        int combined = cells.size();
        for (Map<String, String> entry : include) {
            boolean fits = false;
            for (Map<String, String> cell : cells.subList(0, combined)) {
                if (has(cell, axesOf(entry))) {
                    cell.putAll(entry);
                    fits = true;
                }
            }
            if (!fits) {
                cells.add(new LinkedHashMap<>(entry));
            }
        }
        return cells;
    }

    private List<Map<String, String>> product() {
        List<Map<String, String>> cells = new ArrayList<>();
        if (!axes.isEmpty()) {
            cells.add(new LinkedHashMap<>());
        }
        axes.forEach(
                (name, values) -> {
                    List<Map<String, String>> before = List.copyOf(cells);
                    cells.clear();
                    for (Map<String, String> cell : before) {
                        for (String value : values) {
                            Map<String, String> longer = new LinkedHashMap<>(cell);
                            longer.put(name, value);
                            cells.add(longer);
                        }
                    }
                });
        return cells;
    }

    private Map<String, String> axesOf(Map<String, String> entry) {
        Map<String, String> some = new LinkedHashMap<>(entry);
        some.keySet().retainAll(axes.keySet());
        return some;
    }

    private static boolean has(Map<String, String> cell, Map<String, String> values) {
        return cell.entrySet().containsAll(values.entrySet());
    }
}
