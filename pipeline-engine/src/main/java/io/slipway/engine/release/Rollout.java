package io.slipway.engine.release;

import io.slipway.db.Row;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.type.TypeReference;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;

/// A release on its way into an environment.
///
/// @param number in the project
/// @param fromRelease id of the release that served when it began; null for the first
/// @param fence of the placement when it last took it
/// @param cause one sentence: why it failed; null otherwise
/// @param evidence JSON object of what was seen
public record Rollout(
        long id,
        int number,
        long placementId,
        long releaseId,
        @Nullable Long fromRelease,
        long attemptId,
        long fence,
        RolloutState state,
        @Nullable Outcome outcome,
        @Nullable Reason reason,
        @Nullable String cause,
        String evidence,
        Instant startedAt,
        @Nullable Instant switchedAt,
        @Nullable Instant endedAt) {
    static final String COLUMNS =
            """
            o.id, o.number, o.placement_id, o.release_id, o.from_release, o.attempt_id, o.fence,
            o.state, o.outcome, o.reason, o.cause, o.evidence, o.started_at, o.switched_at, o.ended_at
            """;

    static Rollout from(Row row) {
        return new Rollout(
                row.number("id"),
                row.integer("number"),
                row.number("placement_id"),
                row.number("release_id"),
                row.numberOrNull("from_release"),
                row.number("attempt_id"),
                row.number("fence"),
                row.choice("state", RolloutState.class),
                row.choiceOrNull("outcome", Outcome.class),
                row.choiceOrNull("reason", Reason.class),
                row.textOrNull("cause"),
                row.json("evidence"),
                row.instant("started_at"),
                row.instantOrNull("switched_at"),
                row.instantOrNull("ended_at"));
    }

    /// The verdict that was written.
    ///
    /// @param summary for one without a cause
    Verdict ruled(String summary) {
        return new Verdict(
                Objects.requireNonNull(outcome),
                reason == null ? Reason.UNHEALTHY : reason,
                cause == null ? summary : cause,
                seen());
    }

    /// The evidence as values.
    Map<String, Object> seen() {
        return Release.JSON.readValue(evidence, new TypeReference<Map<String, Object>>() {});
    }
}
