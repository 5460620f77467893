package io.slipway.engine.trigger;

import io.slipway.fault.Rounds;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;

/// Ends within seconds what broke off in the middle: pushes of this server when the database is
/// back that went away under them, and those of another server a minute after that has gone.
public final class BrokenOff implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BrokenOff.class);
    private static final Duration EACH = Duration.ofSeconds(1);

    /// While the database was away nobody could tell that he lives: only after so many looks in a
    /// row somebody who was not seen has gone.
    private static final int CALM = 60;

    private final Pushes pushes;
    private final Thread thread;
    private int looks;

    /// Begins to look.
    public BrokenOff(Pushes pushes) {
        this.pushes = pushes;
        this.thread =
                Rounds.again("broken-off", EACH, log, "pushes that broke off wait", this::look);
    }

    private void look() {
        int before = looks;
        looks = 0;
        if (before >= CALM) {
            pushes.takeOver();
        }
        int ended = pushes.endBrokenOff();
        if (ended > 0) {
            log.info("{} refs of pushes that had broken off are ended", ended);
        }
        looks = Math.min(before + 1, CALM);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
