package io.slipway.engine.definition;

import org.jspecify.annotations.Nullable;

/// `resources:`, as written; null is not written.
///
/// @param milliCpu thousandths of a processor
/// @param memoryBytes bytes
/// @param pids processes and threads
public record Limits(
        @Nullable Integer milliCpu, @Nullable Long memoryBytes, @Nullable Integer pids) {
    /// Nothing was written.
    public static final Limits NONE = new Limits(null, null, null);
}
