package io.slipway.engine.graph;

import java.util.Locale;

/// Which runs of the project wait for which, `concurrency`.
///
/// @param group a template; runs with the same text share one queue
public record Concurrency(String group, Policy policy) {
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
    }
}
