package io.slipway.engine.trigger;

import io.slipway.engine.run.Runs;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.UUID;

/// What is done with one ref of a push.
public sealed interface Ruling {
    /// The ref and where it was to go.
    Push.Change change();

    /// It stays where it is.
    ///
    /// @param reason for git's own line, a few words
    /// @param plan what would have happened, where that was all that was asked for; else empty
    record Refused(Push.Change change, String reason, List<String> plan) implements Ruling {}

    /// It is there already.
    ///
    /// @param run what was started; null when nothing was
    /// @param notStarted why `on` starts nothing; null when it does, or nothing was asked for
    record Moved(Push.Change change, Runs.@Nullable Created run, @Nullable String notStarted)
            implements Ruling {}

    /// It moves when the run succeeds; [Deliveries#settled] says when and whether.
    ///
    /// @param run its own, or the one that it waits for with the others of an atomic push
    /// @param own whether the run is about this ref
    record Waits(Push.Change change, UUID delivery, Runs.Created run, boolean own)
            implements Ruling {}
}
