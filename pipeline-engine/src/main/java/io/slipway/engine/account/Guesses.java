package io.slipway.engine.account;

import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;

/// How many different tokens that are worth nothing an address has presented. One that comes again
/// and again, as of a program that was forgotten, counts once. Who has presented too many waits,
/// but for tokens that were worth something before: others behind the same address go on. Its
/// memory is bounded: what falls into one place is refused sooner, never later. Safe for use by
/// several threads.
final class Guesses {
    private static final Duration WINDOW = Duration.ofMinutes(15);

    private final Cells cells = new Cells();
    private final int most;
    private final LongSupplier nanos;
    private final int[] counts = new int[Cells.COUNT];
    private final long[] wrong = new long[Cells.COUNT];
    private final long[] right = new long[Cells.COUNT];
    private long began;

    /// @param most different ones of an address in a quarter of an hour
    /// @param nanos a clock that only goes forward, in nanoseconds
    Guesses(int most, LongSupplier nanos) {
        this.most = most;
        this.nanos = nanos;
        this.began = nanos.getAsLong();
    }

    /// Before a token is looked up.
    ///
    /// @param sha256 of the token
    /// @return seconds to wait; 0: it may be looked up
    synchronized long toWait(String address, byte[] sha256) {
        long now = nanos.getAsLong();
        if (now - began >= WINDOW.toNanos()) {
            Arrays.fill(counts, 0);
            Arrays.fill(wrong, 0);
            began = now;
        }
        if (counts[cells.of(Cells.network(address)).index()] < most || isRight(sha256)) {
            return 0;
        }
        return Math.max(1, WINDOW.minusNanos(now - began).toSeconds());
    }

    private boolean isRight(byte[] sha256) {
        Cells.Cell cell = cells.of("right", sha256);
        return right[cell.index()] == cell.mark();
    }

    /// It was worth something.
    synchronized void right(byte[] sha256) {
        Cells.Cell cell = cells.of("right", sha256);
        right[cell.index()] = cell.mark();
    }

    /// It was worth nothing.
    synchronized void wrong(String address, byte[] sha256) {
        String network = Cells.network(address);
        Cells.Cell cell = cells.of("wrong " + network, sha256);
        if (wrong[cell.index()] != cell.mark()) {
            wrong[cell.index()] = cell.mark();
            counts[cells.of(network).index()]++;
        }
    }
}
