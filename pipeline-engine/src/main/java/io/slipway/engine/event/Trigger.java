package io.slipway.engine.event;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Why a run is planned.
///
/// @param changes which files changed since the commit that was handled before
/// @param pullRequest null for anything else
/// @param trust whose sources they are
/// @param inputs of a manual run, by name, as they were given
public record Trigger(
        Kind kind,
        Changes changes,
        @Nullable PullRequest pullRequest,
        Trust trust,
        Map<String, String> inputs) {
    /// A pull request.
    ///
    /// @param number as the forge counts them
    /// @param target short name of the branch that it wants to go to
    public record PullRequest(int number, String target) {}

    public Trigger {
        inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    }

    /// What happened.
    public enum Kind {
        /// A branch was pushed.
        PUSH,
        /// A pull request was opened, or its branch was pushed.
        PULL_REQUEST,
        /// A tag was pushed.
        TAG,
        /// An instant of a schedule came.
        SCHEDULE,
        /// Somebody asked for it.
        MANUAL,
        /// Somebody tries an earlier run again.
        RETRY;

        /// As the pipeline file writes it: `pull-request`.
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /// The kind of a word; empty when it is none.
        public static Optional<Kind> of(String word) {
            return List.of(values()).stream().filter(kind -> kind.word().equals(word)).findFirst();
        }
    }

    /// Whose sources they are.
    public enum Trust {
        /// Somebody who may push to the project.
        OWN,
        /// Anybody: a pull request from another repository.
        FORK
    }

    /// A push of a branch.
    public static Trigger push(Changes changes) {
        return of(Kind.PUSH, changes);
    }

    /// A push of a tag. No file counts as unchanged: a tag has no commit that was handled before.
    public static Trigger tag() {
        return of(Kind.TAG, Changes.all("a tag"));
    }

    /// A pull request.
    public static Trigger pullRequest(PullRequest pullRequest, Trust trust, Changes changes) {
        return new Trigger(Kind.PULL_REQUEST, changes, pullRequest, trust, Map.of());
    }

    /// The branch that a pull request wants to go to, short name; null for anything else.
    public @Nullable String target() {
        return pullRequest == null ? null : pullRequest.target();
    }

    /// An instant of a schedule.
    public static Trigger schedule() {
        return of(Kind.SCHEDULE, Changes.all("a schedule"));
    }

    /// By hand.
    public static Trigger manual(Map<String, String> inputs) {
        return new Trigger(Kind.MANUAL, Changes.all("a run by hand"), null, Trust.OWN, inputs);
    }

    /// An earlier run once more: what it did counts, so nothing is left out.
    public static Trigger retry() {
        return of(Kind.RETRY, Changes.all("a retry"));
    }

    private static Trigger of(Kind kind, Changes changes) {
        return new Trigger(kind, changes, null, Trust.OWN, Map.of());
    }
}
