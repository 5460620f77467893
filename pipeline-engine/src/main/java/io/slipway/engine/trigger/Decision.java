package io.slipway.engine.trigger;

import io.slipway.engine.source.CommitInfo;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.UUID;

/// What is to happen with one ref, before anything does.
///
/// @param refusal why it may not move, a few words; null when it may
/// @param gated whether it waits for its run
/// @param commit what its run is about; null when nothing is to be started
/// @param planned null when nothing is to be started
/// @param notStarted why `on` starts nothing; null when it does, or when nothing was to be started
/// @param planText what would happen, where only that was asked for; else empty
record Decision(
        UUID delivery,
        Push.Change change,
        @Nullable String refusal,
        boolean gated,
        @Nullable CommitInfo commit,
        Planning.@Nullable Planned planned,
        @Nullable String notStarted,
        List<String> planText) {

    static Decision refused(UUID delivery, Push.Change change, String why) {
        return new Decision(delivery, change, why, false, null, null, null, List.of());
    }

    /// It moves now and starts nothing.
    static Decision moves(UUID delivery, Push.Change change) {
        return new Decision(delivery, change, null, false, null, null, null, List.of());
    }

    /// It moves now, since `on` of its definition starts nothing.
    static Decision startsNothing(UUID delivery, Push.Change change, String why) {
        return new Decision(delivery, change, null, false, null, null, why, List.of());
    }

    boolean refused() {
        return refusal != null;
    }

    Decision with(@Nullable String why, boolean waits) {
        return new Decision(delivery, change, why, waits, commit, planned, notStarted, planText);
    }
}
