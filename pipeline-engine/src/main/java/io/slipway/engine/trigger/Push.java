package io.slipway.engine.trigger;

import io.slipway.engine.source.CommitId;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.UUID;
import java.util.function.LongPredicate;

/// A push as it arrived; its objects are in the repository, no ref has moved.
///
/// @param id of its own: two equal pushes are two
/// @param principalId who pushes
/// @param atomic all refs or none
/// @param options as given with `git push -o`
/// @param mayRead whether the pusher may read a project, by its id
public record Push(
        UUID id,
        long projectId,
        long principalId,
        boolean atomic,
        List<String> options,
        List<Change> changes,
        LongPredicate mayRead) {

    /// One ref of it.
    ///
    /// @param ref full name
    /// @param from what the pusher saw; null: it did not exist
    /// @param to null: it is to be deleted
    public record Change(String ref, @Nullable CommitId from, @Nullable CommitId to) {}
}
