package io.slipway.engine.trigger;

import io.slipway.engine.source.CommitId;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.UUID;
import java.util.function.LongPredicate;

/// A push as it arrived; its objects are in the repository, no ref has moved.
///
/// @param id of its own: two equal pushes are two
/// @param principalId who pushes; null: somebody elsewhere
/// @param atomic all refs or none
/// @param options as given with `git push -o`
/// @param mayRead whether the pusher may read a project, by its id
/// @param mirrored whether it happened elsewhere already: the refs follow, whatever they lead to
public record Push(
        UUID id,
        long projectId,
        @Nullable Long principalId,
        boolean atomic,
        List<String> options,
        List<Change> changes,
        LongPredicate mayRead,
        boolean mirrored) {

    /// Of somebody who pushes here.
    public Push(
            UUID id,
            long projectId,
            long principalId,
            boolean atomic,
            List<String> options,
            List<Change> changes,
            LongPredicate mayRead) {
        this(id, projectId, principalId, atomic, options, changes, mayRead, false);
    }

    /// What happened elsewhere.
    ///
    /// @param id of what told it
    /// @param skip whether the refs move and nothing is started
    public static Push mirrored(UUID id, long projectId, List<Change> changes, boolean skip) {
        List<String> options = skip ? List.of("slipway.skip") : List.of();
        return new Push(id, projectId, null, false, options, changes, project -> false, true);
    }

    PushOptions asked() {
        PushOptions asked = PushOptions.parse(options);
        return mirrored ? new PushOptions(asked.skip(), false, false, null) : asked;
    }

    /// One ref of it.
    ///
    /// @param ref full name
    /// @param from what the pusher saw; null: it did not exist
    /// @param to null: it is to be deleted
    public record Change(String ref, @Nullable CommitId from, @Nullable CommitId to) {}
}
