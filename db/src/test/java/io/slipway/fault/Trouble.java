package io.slipway.fault;

import java.time.Duration;
import java.util.Random;

/// What befalls a connection through a [FaultProxy].
///
/// @param after so many bytes of both directions together
/// @param delay of each piece from then on, for LATENCY
public record Trouble(Kind kind, long after, Duration delay) {
    public static final Trouble NONE = new Trouble(Kind.NONE, 0, Duration.ZERO);

    /// In which way.
    public enum Kind {
        /// Nothing happens.
        NONE,
        /// Every piece comes late.
        LATENCY,
        /// It is reset: what is on its way is lost.
        RESET,
        /// The far side says nothing more, and still hears everything.
        HALF_CLOSE,
        /// Nothing comes through any more in either direction, and nobody is told.
        BLACK_HOLE,
        /// Both sides find it closed.
        CUT
    }

    public static Trouble latency(Duration delay) {
        return new Trouble(Kind.LATENCY, 0, delay);
    }

    public static Trouble after(long bytes, Kind kind) {
        return new Trouble(kind, bytes, Duration.ZERO);
    }

    /// One of those that end a connection, somewhere in its first bytes.
    public static Trouble ending(Random random, int bytes) {
        Kind[] kinds = {Kind.RESET, Kind.HALF_CLOSE, Kind.CUT};
        return after(random.nextInt(bytes), kinds[random.nextInt(kinds.length)]);
    }
}
