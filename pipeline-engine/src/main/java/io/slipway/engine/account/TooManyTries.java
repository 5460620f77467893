package io.slipway.engine.account;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

/// Somebody has tried too often to be let in. Answered with 429 at every door.
public final class TooManyTries extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long seconds;

    /// @param seconds until it may be tried again
    public TooManyTries(long seconds) {
        super("too many tries");
        this.seconds = seconds;
    }

    /// Until it may be tried again.
    public long seconds() {
        return seconds;
    }

    /// What to tell them.
    public Fault fault() {
        return new Fault(
                Kind.PERMISSION,
                "cannot sign in: there were too many tries",
                "wait " + (seconds + 59) / 60 + " min, then try again");
    }
}
