package io.slipway.engine.forge;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

import io.slipway.engine.source.CommitId;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/// Something that happened on a forge, as far as Slipway is concerned. Refs are full names within
/// git's grammar, commits are full. All of it is what the forge says, not what is so: whoever
/// handles it looks into the repository.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ForgeEvent.BranchPushed.class, name = "branch-pushed"),
    @JsonSubTypes.Type(value = ForgeEvent.BranchDeleted.class, name = "branch-deleted"),
    @JsonSubTypes.Type(value = ForgeEvent.TagPushed.class, name = "tag-pushed"),
    @JsonSubTypes.Type(value = ForgeEvent.PullRequest.class, name = "pull-request"),
    @JsonSubTypes.Type(value = ForgeEvent.Comment.class, name = "comment"),
    @JsonSubTypes.Type(value = ForgeEvent.Ping.class, name = "ping"),
    @JsonSubTypes.Type(value = ForgeEvent.Ignored.class, name = "ignored")
})
public sealed interface ForgeEvent {
    /// A branch is at another commit: new, further, or somewhere else (forced).
    ///
    /// @param ref `refs/heads/...`
    /// @param before null: the branch is new, or the forge does not say
    /// @param headMessage of `after`, whole; empty when the forge does not say
    record BranchPushed(String ref, @Nullable CommitId before, CommitId after, String headMessage)
            implements ForgeEvent {}

    /// A branch is gone.
    ///
    /// @param before null: the forge does not say
    record BranchDeleted(String ref, @Nullable CommitId before) implements ForgeEvent {}

    /// A tag is there or moved.
    ///
    /// @param ref `refs/tags/...`
    /// @param target what it points to, the commit or the tag object; null: the forge does not say
    record TagPushed(String ref, @Nullable CommitId target) implements ForgeEvent {}

    /// A pull request. Repositories are told by the forge's own ids.
    ///
    /// @param number as the forge counts them
    /// @param headRef where its commits are, in the head repository
    /// @param headCommit null: the forge gives no whole name of it
    /// @param headRepoId empty: the head repository is gone
    /// @param baseRef where it wants to go
    /// @param authorId of the person who opened it; empty: the forge does not say
    record PullRequest(
            int number,
            Action action,
            String headRef,
            @Nullable CommitId headCommit,
            String headRepoId,
            String baseRef,
            String baseRepoId,
            String authorId,
            String authorLogin,
            boolean draft,
            String title)
            implements ForgeEvent {
        /// Whether its commits come from another repository. What is not known counts as foreign.
        public boolean fromFork() {
            return headRepoId.isEmpty() || !headRepoId.equals(baseRepoId);
        }
    }

    /// Somebody has written a word to Slipway below a pull request. Who did is asked of the forge.
    ///
    /// @param number of the pull request
    /// @param id the forge's own of the comment
    /// @param text its first line, which begins with `/slipway `
    record Comment(int number, String id, String text) implements ForgeEvent {}

    /// What became of a pull request.
    enum Action {
        /// It is new.
        OPENED,
        /// It has other commits.
        SYNCHRONISED,
        /// It is open once more.
        REOPENED,
        /// It wants to go to another branch.
        RETARGETED,
        /// It was a draft and is none any more.
        READY,
        /// It is over, merged or not.
        CLOSED;

        /// For people: `opened`.
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// The forge asks whether anybody is there.
    record Ping() implements ForgeEvent {}

    /// It starts nothing.
    ///
    /// @param reason why, for people: `labels changed`
    record Ignored(String reason) implements ForgeEvent {}
}
