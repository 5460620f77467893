package io.slipway.db;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Wakes one waiting thread. Any number of wakes before a wait count as one, and none is lost.
public final class Signal implements AutoCloseable {
    private final Semaphore woken = new Semaphore(0);
    private volatile Subscription subscription = () -> {};

    /// A signal that only [#wake] wakes.
    public Signal() {}

    Signal on(Notifications notifications, String channel) {
        subscription = notifications.subscribe(channel, payload -> wake());
        return this;
    }

    /// Ends the present wait, or the next one at once.
    public void wake() {
        woken.release();
    }

    /// Waits until woken, at most this long. Also ends at an interrupt, which stays set.
    ///
    /// @return whether it was woken
    public boolean await(Duration atMost) {
        try {
            boolean was = woken.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS);
            woken.drainPermits();
            return was;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        subscription.close();
    }
}
