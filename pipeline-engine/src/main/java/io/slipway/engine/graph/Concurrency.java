package io.slipway.engine.graph;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/// Which runs of the project wait for which, `concurrency`.
///
/// @param group runs with the same text share one queue; as written a template, filled in a plan
/// @param policy null as written for [Policy#byDefault], never null in a plan
public record Concurrency(String group, @Nullable Policy policy) {
    /// A branch or a tag by itself.
    public static final String PER_REF = "${branch}${tag}";

    /// The whole project; no name of a branch.
    public static final String PER_PROJECT = "*";

    /// What happens to the other runs of the queue.
    public enum Policy {
        /// A newer run cancels the one that runs.
        CANCEL_RUNNING,
        /// One after the other.
        QUEUE,
        /// One runs, and of those that wait only the newest is kept.
        LATEST;

        /// By the word of the file: `cancel-running`.
        public static Policy of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
        }

        /// What holds unless the file says otherwise.
        ///
        /// @param deploys whether something of the run is rolled out
        public static Policy byDefault(boolean deploys) {
            return deploys ? LATEST : CANCEL_RUNNING;
        }
    }
}
