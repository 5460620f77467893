package io.slipway.engine.run;

import io.slipway.engine.definition.Problem;
import io.slipway.engine.source.CommitId;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/// A run as it stands.
///
/// @param number in its project, from 1
/// @param start why, and by whom
/// @param source of which sources
/// @param findings what was found in the definition
/// @param progress how far it is
public record Run(
        long id,
        long projectId,
        String project,
        int number,
        Start start,
        Source source,
        Findings findings,
        Progress progress) {

    /// Why it was started.
    ///
    /// @param cause for people; may be empty
    public record Start(
            String trigger,
            String cause,
            @Nullable UUID delivery,
            @Nullable Long principal,
            Instant at) {}

    /// Its sources.
    public record Source(String ref, CommitId commit, String subject, String author) {}

    /// What the definition gave.
    ///
    /// @param notes what was found and why, one sentence each
    public record Findings(List<Problem> problems, List<String> notes) {}

    /// How far it is.
    ///
    /// @param outcome known from [RunState#FINISHING] on
    /// @param reason one sentence on what decided an outcome that is no success: `test failed: exit
    ///   code 1`
    public record Progress(
            RunState state,
            @Nullable Outcome outcome,
            @Nullable String reason,
            @Nullable Instant endedAt) {}

    /// A job of a run.
    ///
    /// @param app what it builds or rolls out; null for a check
    /// @param environment where it rolls out; null for everything else
    /// @param state as it is shown: one that is queued and may not begin, since nobody has agreed
    ///   to its sources, waits
    /// @param waits what a waiting job waits for: `needs`, `approval`, `trust`, `concurrency`,
    ///   `pause`; when it is queued, `concurrency` for an earlier run, `pause` of its project, else
    ///   `capacity`
    /// @param waitsDetail for what exactly, such as `run 12`
    /// @param summary one line for people, once it has ended
    /// @param latestAttempt number of its newest attempt; 0 when there was none
    public record Job(
            long id,
            String name,
            JobKind kind,
            @Nullable String app,
            @Nullable String environment,
            JobState state,
            @Nullable String waits,
            @Nullable String waitsDetail,
            @Nullable Outcome outcome,
            @Nullable Reason reason,
            @Nullable String summary,
            int latestAttempt,
            List<String> needs,
            Times times) {}

    /// When something was queued, began and ended; null where it has not yet.
    public record Times(
            @Nullable Instant queuedAt, @Nullable Instant startedAt, @Nullable Instant endedAt) {}

    /// One try of a job.
    ///
    /// @param rollout number of the rollout that it drives; null when it drives none
    /// @param evidence JSON text of what was seen
    /// @param timings JSON text of where its time went, in milliseconds: `prepare`, `run`, `own`,
    ///   and `remove` once what it made is gone; an empty object until it ended
    public record Attempt(
            long id,
            long jobId,
            int number,
            @Nullable Integer rollout,
            JobState state,
            @Nullable Outcome outcome,
            @Nullable Reason reason,
            @Nullable String summary,
            @Nullable Integer exitCode,
            String evidence,
            String timings,
            long logLines,
            Times times) {}

    /// A step of an attempt.
    ///
    /// @param firstLine of the attempt's log; null until it began
    /// @param lastLine the line it ended at; null until then
    public record Step(
            int position,
            String name,
            JobState state,
            @Nullable Outcome outcome,
            @Nullable Integer exitCode,
            @Nullable Long firstLine,
            @Nullable Long lastLine,
            @Nullable String note,
            Times times) {}
}
