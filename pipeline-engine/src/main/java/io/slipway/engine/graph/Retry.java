package io.slipway.engine.graph;

/// How often a job is tried again by itself.
///
/// @param times at most
/// @param errored whether after an attempt that errored
/// @param failed whether after an attempt that failed
public record Retry(Integer times, Boolean errored, Boolean failed) {
    /// Only what Slipway does by itself.
    public static final Retry NONE = new Retry(0, false, false);
}
