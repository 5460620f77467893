package io.slipway.engine.forge.api;

import io.slipway.engine.source.CommitId;

/// What a forge shows beside a commit.
///
/// @param ref full name, where the forge wants to know it
/// @param context by which the forge tells it from what others say of the same commit
/// @param description one line
/// @param url where to read more
public record CommitState(
        CommitId commit, String ref, String context, Word word, String description, String url) {
    /// Longest description that every forge takes.
    private static final int LONGEST = 140;

    /// Cuts the description where forges would refuse it.
    public CommitState {
        description = line(description);
    }

    /// The first line of a text, so short that every forge takes it.
    static String line(String text) {
        String line = text.lines().findFirst().orElse("").strip();
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST - 1) + "…";
    }

    /// How it stands.
    public enum Word {
        /// Nothing of it has begun.
        QUEUED,
        /// It runs.
        RUNNING,
        /// It passed, or there was nothing to do.
        SUCCEEDED,
        /// The commit is at fault.
        FAILED,
        /// Slipway could not find out.
        ERRORED,
        /// Somebody ended it, or a newer one did.
        CANCELLED
    }
}
