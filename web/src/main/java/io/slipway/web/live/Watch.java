package io.slipway.web.live;

import java.io.IOException;
import java.time.Duration;

/// One topic of one stream, and what of it was told.
abstract class Watch {
    private static final long POLL = Duration.ofSeconds(1).toNanos();

    private volatile boolean dirty = true;
    private long looked;

    /// Something was notified that may concern it.
    final void touch() {
        dirty = true;
    }

    /// Looks when touched, else once a second, and tells what is new.
    final void look(EventOutput out) throws IOException {
        long now = System.nanoTime();
        if (!dirty && now - looked < POLL) {
            return;
        }
        dirty = false;
        looked = now;
        tell(out);
    }

    abstract void tell(EventOutput out) throws IOException;

    /// Whether a notification on this channel may concern it.
    ///
    /// @param id the row's, as text
    abstract boolean concerns(String channel, String id);
}
