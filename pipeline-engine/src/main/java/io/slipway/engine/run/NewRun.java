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
    /// @param foreign of whom they are who may not push; null: they are the project's own
    public record Source(
            String ref, CommitId commit, String subject, String author, @Nullable Foreign foreign) {
        /// The project's own.
        public Source(String ref, CommitId commit, String subject, String author) {
            this(ref, commit, subject, author, null);
        }
    }

    /// Sources of another repository, offered by a pull request.
    ///
    /// @param pullRequest as the forge counts them
    /// @param target full name of the branch that it wants to go to
    /// @param author whose code it is; null: not known, so nobody who is trusted
    /// @param definition whose pipeline file it is
    /// @param agreedBy who has agreed to this commit and this pipeline file, for people; null:
    ///   nobody has yet
    public record Foreign(
            int pullRequest,
            String target,
            @Nullable Author author,
            OfDefinition definition,
            @Nullable String agreedBy) {}

    /// Whose code it is, as the forge's API says.
    ///
    /// @param id the forge's own
    /// @param member whether they may push to the forge's repository
    public record Author(String id, String login, boolean member) {}

    /// Whose pipeline file a run of foreign sources has.
    ///
    /// @param own whether it is theirs; else it is that of the branch that they want to go to
    /// @param offered SHA-256 of theirs where it is another than the run's; null: there is none
    public record OfDefinition(boolean own, byte @Nullable [] offered) {}
}
