package io.slipway.web.traffic.proxy;

import java.time.Duration;

/// A moment after which somebody has waited long enough; or none.
final class Deadline {
    private boolean set;
    private long at;

    void set(Duration from) {
        set = true;
        at = System.nanoTime() + from.toNanos();
    }

    void clear() {
        set = false;
    }

    boolean isSet() {
        return set;
    }

    boolean isOver() {
        return set && System.nanoTime() - at > 0;
    }
}
