package io.slipway.web.cli;

import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;

/// How long a word waits, from now on.
public final class Patience {
    /// What a word ends with that has waited long enough.
    public static final int TIMED_OUT = 5;

    private final long began = System.nanoTime();
    private final @Nullable Duration most;

    /// @param most null: it never ends
    public Patience(@Nullable Duration most) {
        this.most = most;
    }

    /// Whether it has waited long enough.
    public boolean isOver() {
        return most != null && passed().compareTo(most) >= 0;
    }

    private Duration passed() {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /// What is left of it.
    ///
    /// @param atMost as much, also when more is left
    public Duration left(Duration atMost) {
        if (most == null) {
            return atMost;
        }
        Duration left = most.minus(passed());
        return left.isNegative() ? Duration.ZERO : left.compareTo(atMost) < 0 ? left : atMost;
    }

    /// Says that it is over, and that the run is not.
    public int gaveUp(PrintWriter err, String project, long run) {
        err.printf(
                "waited long enough; run %d goes on: slipway watch %d -p %s%n", run, run, project);
        err.flush();
        return TIMED_OUT;
    }

    /// Closes what is read once it is over, so that nobody waits for the rest.
    public Guard guard(Closeable read) {
        Duration limit = most;
        if (limit == null) {
            return () -> {};
        }
        Thread thread =
                Thread.ofVirtual()
                        .name("patience")
                        .start(
                                () -> {
                                    try {
                                        Thread.sleep(left(limit));
                                        read.close();
                                    } catch (InterruptedException e) {
                                        Thread.currentThread().interrupt();
                                    } catch (IOException e) {
                                        // it was closed already
                                    }
                                });
        return thread::interrupt;
    }

    /// Of something that is read.
    @FunctionalInterface
    public interface Guard extends AutoCloseable {
        @Override
        void close();
    }
}
