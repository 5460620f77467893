package io.slipway.engine.log;

/// How far an attempt's log is stored.
///
/// @param chunk sequence of the newest chunk; 0 for none
/// @param lines line breaks so far
/// @param bytes printed so far, also where a part was left out
/// @param source bytes of the container's stream taken so far, marks included
/// @param open whether the last line has no line break yet
/// @param part which part the next byte belongs to, from 0; see [LogWriter#part]
public record LogPosition(int chunk, long lines, long bytes, long source, boolean open, int part) {
    /// Nothing is stored.
    public static final LogPosition START = new LogPosition(0, 0, 0, 0, false, 0);
}
