package io.slipway.engine.run;

import io.slipway.engine.plan.Plan;
import io.slipway.engine.source.CommitId;

import org.jspecify.annotations.Nullable;

import java.util.UUID;

/// What a run is made of.
///
/// @param definition text of the pipeline file; null when there is none and it was derived
public record NewRun(
        long projectId, Start start, Source source, @Nullable String definition, Plan plan) {

    /// Why it starts.
    ///
    /// @param trigger `push`, `pull-request`, `tag`, `schedule`, `manual` or `retry`
    /// @param cause for people where the trigger does not say it (`config set LOG_LEVEL`); may be
    ///   empty
    /// @param delivery what arrived; null when nothing did. A delivery starts one run at most
    /// @param principal who; null for Slipway itself
    public record Start(
            String trigger, String cause, @Nullable UUID delivery, @Nullable Long principal) {}

    /// Of which sources.
    ///
    /// @param ref full, such as `refs/heads/main`
    /// @param subject first line of the commit's message
    /// @param author of the commit, for people
    /// @param foreign whether they are of somebody who may not push: nothing of it begins before
    ///   somebody has agreed to this commit
    public record Source(
            String ref, CommitId commit, String subject, String author, boolean foreign) {
        /// The project's own.
        public Source(String ref, CommitId commit, String subject, String author) {
            this(ref, commit, subject, author, false);
        }
    }
}
