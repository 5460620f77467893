package io.slipway.web.live;

import java.io.IOException;
import java.time.Duration;

/// One topic of one stream, and what of it was told.
abstract class Watch {
    private static final long POLL = Duration.ofSeconds(1).toNanos();

    private volatile boolean dirty = true;
    private volatile long touched = System.nanoTime();
    private long looked;
    private long since;

    /// Something was notified that may concern it.
    final void touch() {
        touched = System.nanoTime();
        dirty = true;
    }

    /// Whether it was touched since it last looked.
    final boolean isTouched() {
        return dirty;
    }

    /// Looks when touched, else once a second, and tells what is new.
    final void look(EventOutput out) throws IOException {
        long now = System.nanoTime();
        if (!dirty && now - looked < POLL) {
            return;
        }
        since = dirty ? touched : now - POLL / 2;
        dirty = false;
        looked = now;
        tell(out);
    }

    /// From when what is told now may be: the last notification, or half a second ago.
    final long since() {
        return since;
    }

    /// Nobody listens any more.
    void close() {}

    abstract void tell(EventOutput out) throws IOException;

    /// Whether a notification on this channel may concern it.
    ///
    /// @param id the row's, as text
    abstract boolean concerns(String channel, String id);
}
