package io.slipway.engine.account;

import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/// How often somebody may try to sign in: by address, by account, and by both together, so that who
/// guesses from afar does not shut the owner out at once. Each try counts before it is made; one
/// that succeeds is taken back. Its memory is bounded: names and addresses fall into cells, so that
/// many of them at once are refused sooner, never later. Each server counts for itself. Safe for
/// use by several threads.
public final class Attempts {
    private static final Duration WINDOW = Duration.ofMinutes(15);
    private static final int BOTH = 10;
    private static final int ADDRESS = 60;
    private static final int ACCOUNT = 100;

    private final Cells table = new Cells();
    private final LongSupplier nanos;
    private final int[] counts = new int[Cells.COUNT];
    private long began;

    /// With the clock of the machine.
    public Attempts() {
        this(System::nanoTime);
    }

    /// @param nanos a clock that only goes forward, in nanoseconds
    Attempts(LongSupplier nanos) {
        this.nanos = nanos;
        this.began = nanos.getAsLong();
    }

    private record Cell(int index, int most) {}

    /// Counts a try.
    ///
    /// @param address from where
    /// @param name as it was given; empty where none is
    /// @return seconds to wait; 0: it may be made
    public synchronized long enter(String address, String name) {
        long now = nanos.getAsLong();
        if (now - began >= WINDOW.toNanos()) {
            java.util.Arrays.fill(counts, 0);
            began = now;
        }
        List<Cell> cells = cells(address, name);
        if (cells.stream().anyMatch(cell -> counts[cell.index()] >= cell.most())) {
            return Math.max(1, WINDOW.minusNanos(now - began).toSeconds());
        }
        cells.forEach(cell -> counts[cell.index()]++);
        return 0;
    }

    /// Takes a try back: it succeeded.
    public synchronized void succeeded(String address, String name) {
        for (Cell cell : cells(address, name)) {
            counts[cell.index()] = Math.max(0, counts[cell.index()] - 1);
        }
    }

    private List<Cell> cells(String address, String name) {
        String from = Cells.network(address);
        Cell whole = new Cell(cell("a " + from), ADDRESS);
        return name.isEmpty()
                ? List.of(whole)
                : List.of(
                        whole,
                        new Cell(cell("n " + name), ACCOUNT),
                        new Cell(cell("b " + from + " " + name), BOTH));
    }

    private int cell(String key) {
        return table.of(key).index();
    }
}
