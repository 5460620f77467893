package io.slipway.engine.queue;

import io.slipway.engine.log.LogPosition;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.Claim;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/// An attempt as the claim found it.
///
/// @param fence that this claim raised
/// @param log where the attempt's log stands
/// @param missing secrets that the job names and that have no value: nothing of it may begin
record Claimed(
        Claim.Job job,
        AttemptName name,
        long fence,
        String nonce,
        LogPosition log,
        Past past,
        List<String> missing) {

    /// What earlier holders left.
    ///
    /// @param retries how many errored attempts before this one led to it by policy
    /// @param expiries how often a holder vanished
    /// @param mayRun whether a step may have begun, though nothing was heard of it
    /// @param ran since the first step began; null when none has
    /// @param held since the first claim
    /// @param cancelled why it should be stopped; null when nobody asked
    record Past(
            int retries,
            int expiries,
            boolean mayRun,
            @Nullable Duration ran,
            Duration held,
            @Nullable String cancelled) {}
}
