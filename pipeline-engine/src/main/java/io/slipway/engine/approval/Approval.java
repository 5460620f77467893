package io.slipway.engine.approval;

import io.slipway.db.Row;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/// A rollout that was or is waited with until somebody agrees to it.
///
/// @param job its name in the run
/// @param image what would be rolled out, with its digest
/// @param by who may agree, as the file names them; empty: whoever may roll out
/// @param verdict null while it is waited
/// @param who ruled; null: nobody did
public record Approval(
        long id,
        long jobId,
        String job,
        String environment,
        String commit,
        String image,
        List<String> by,
        Instant askedAt,
        Instant expiresAt,
        @Nullable Verdict verdict,
        @Nullable String who,
        String why,
        @Nullable Instant ruledAt) {
    /// How the wait ended.
    public enum Verdict {
        /// Somebody agreed.
        APPROVED,
        /// Somebody said no.
        REJECTED,
        /// Nobody said anything in time.
        EXPIRED,
        /// The rollout was given up, or became another one.
        WITHDRAWN
    }

    static Approval from(Row row) {
        return new Approval(
                row.number("id"),
                row.number("job_id"),
                row.text("job"),
                row.text("environment"),
                row.text("commit"),
                row.text("image"),
                row.texts("who_may"),
                row.instant("asked_at"),
                row.instant("expires_at"),
                row.choiceOrNull("verdict", Verdict.class),
                row.textOrNull("ruled_by"),
                row.text("why"),
                row.instantOrNull("ruled_at"));
    }
}
