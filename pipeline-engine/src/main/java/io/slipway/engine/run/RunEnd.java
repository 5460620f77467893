package io.slipway.engine.run;

import org.jspecify.annotations.Nullable;

/// What follows when every job of a run has ended: the branch moves, the delivery is settled.
@FunctionalInterface
public interface RunEnd {
    /// Called after all jobs of the run have ended and before the run itself counts as ended, with
    /// its outcome and reason in [Run#progress]. Repeatable: a server may die after it did its work
    /// and another then calls it again. A run that is retried ends once more, perhaps with another
    /// outcome.
    ///
    /// @throws io.slipway.fault.Fault when it cannot be done now; it is called again within 20 s
    void ended(Run run);

    /// Called when nothing of the run is left but what waits for a person. Repeatable, as [#ended],
    /// which still follows.
    ///
    /// @param failure one sentence: what has failed of it; null when nothing has
    default void waitsForSomebody(Run run, @Nullable String failure) {}
}
