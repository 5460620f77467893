package io.slipway.web.traffic.proxy;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// The log of requests that failed: at most ten lines a second, whatever comes from outside.
final class Complaints {
    private static final int PER_SECOND = 10;

    private final AtomicLong second = new AtomicLong();
    private final AtomicInteger lines = new AtomicInteger();

    void add(String requestId, String who, String why) {
        long now = System.nanoTime() / 1_000_000_000;
        if (second.getAndSet(now) != now) {
            lines.set(0);
        }
        if (lines.incrementAndGet() <= PER_SECOND) {
            Journal.line("request %s for %s failed: %s".formatted(requestId, who, why));
        }
    }
}
