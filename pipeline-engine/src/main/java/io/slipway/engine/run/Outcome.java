package io.slipway.engine.run;

import java.util.Collection;
import java.util.Comparator;

/// How something ended. FAILED is the user's code saying no; ERRORED is Slipway being unable to
/// find out.
public enum Outcome {
    /// It did what it should.
    SUCCEEDED,
    /// It was not needed, which counts as passed.
    SKIPPED,
    /// The user's code said no.
    FAILED,
    /// Slipway could not find out.
    ERRORED,
    /// Somebody, or a newer run, ended it.
    CANCELLED;

    /// The outcome of a whole is the worst of its parts, in declaration order.
    public static Outcome worst(Collection<Outcome> parts) {
        return parts.stream().max(Comparator.naturalOrder()).orElse(SKIPPED);
    }

    /// @return whether what needs this may go on
    public boolean passed() {
        return this == SUCCEEDED || this == SKIPPED;
    }
}
