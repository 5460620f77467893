package io.slipway.engine.yaml;

import java.util.Comparator;

/// A place in a text.
///
/// @param line from 1; 0 when there is no place
/// @param column from 1, in code points; 0 when there is no place
public record Place(int line, int column) implements Comparable<Place> {
    /// No place: what is wrong concerns the whole text, or something outside it.
    public static final Place NONE = new Place(0, 0);

    /// Where a text begins.
    public static final Place START = new Place(1, 1);

    private static final Comparator<Place> ORDER =
            Comparator.comparingInt(Place::line).thenComparingInt(Place::column);

    @Override
    public int compareTo(Place other) {
        return ORDER.compare(this, other);
    }
}
