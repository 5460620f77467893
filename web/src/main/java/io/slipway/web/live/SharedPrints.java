package io.slipway.web.live;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// Fingerprints, computed once for everybody who looks at the same thing at the same time, and no
/// more often than for one of them alone.
final class SharedPrints {
    private static final long FORGOTTEN_AFTER = Duration.ofMinutes(1).toNanos();
    private static final int MANY = 1_000;

    private final long apart;
    private final Map<String, Print> prints = new ConcurrentHashMap<>();

    /// @param apart what lies between two looks at a thing at least
    SharedPrints(Duration apart) {
        this.apart = apart.toNanos();
    }

    /// The newest one of a thing.
    private static final class Print {
        private final ReentrantLock computing = new ReentrantLock();
        private volatile long begun = System.nanoTime() - FORGOTTEN_AFTER;
        private volatile String text = "";
    }

    /// The fingerprint of a thing as it was at a moment or later; empty where it is too early to
    /// look again.
    ///
    /// @param thing everybody who names the same thing would compute the same
    /// @param since by [System#nanoTime]: one whose computation began before is not good enough
    Optional<String> of(String thing, long since, Supplier<String> compute) {
        if (prints.size() > MANY) {
            long now = System.nanoTime();
            prints.values().removeIf(print -> now - print.begun > FORGOTTEN_AFTER);
        }
        Print print = prints.computeIfAbsent(thing, unknown -> new Print());
        print.computing.lock();
        try {
            if (print.begun - since < 0) {
                long begun = System.nanoTime();
                if (begun - print.begun < apart) {
                    return Optional.empty();
                }
                print.text = compute.get();
                print.begun = begun;
            }
            return Optional.of(print.text);
        } finally {
            print.computing.unlock();
        }
    }
}
