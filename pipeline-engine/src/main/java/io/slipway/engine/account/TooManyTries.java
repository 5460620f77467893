package io.slipway.engine.account;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

/// Somebody has tried or asked too often. Answered with 429 at every door.
public final class TooManyTries extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long seconds;
    private final transient Fault fault;

    /// Of somebody who wants to be let in.
    ///
    /// @param seconds until it may be tried again
    public TooManyTries(long seconds) {
        this(
                seconds,
                new Fault(
                        Kind.PERMISSION,
                        "cannot sign in: there were too many tries",
                        "wait " + (seconds + 59) / 60 + " min, then try again"));
    }

    /// @param seconds until it may be tried again
    /// @param fault what to tell them
    public TooManyTries(long seconds, Fault fault) {
        super(fault.message());
        this.seconds = seconds;
        this.fault = fault;
    }

    /// Until it may be tried again.
    public long seconds() {
        return seconds;
    }

    /// What to tell them.
    public Fault fault() {
        return fault;
    }
}
