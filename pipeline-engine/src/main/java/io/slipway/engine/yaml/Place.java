package io.slipway.engine.yaml;

import java.util.Comparator;

/// A place in a text.
///
/// @param line from 1; 0 when there is no place
/// @param column from 1, in code points; 0 when there is no place
/// @param file the text that it is in; empty: the one that everything began with
public record Place(int line, int column, String file) implements Comparable<Place> {
    /// No place: what is wrong concerns the whole text, or something outside it.
    public static final Place NONE = new Place(0, 0, "");

    /// Where a text begins.
    public static final Place START = new Place(1, 1, "");

    private static final Comparator<Place> ORDER =
            Comparator.comparing(Place::file)
                    .thenComparingInt(Place::line)
                    .thenComparingInt(Place::column);

    /// A place of the text that everything began with.
    public Place(int line, int column) {
        this(line, column, "");
    }

    /// The same place in a text of another name.
    public Place in(String name) {
        return new Place(line, column, name);
    }

    @Override
    public int compareTo(Place other) {
        return ORDER.compare(this, other);
    }
}
