package io.slipway.engine.plan;

/// Limits of one container.
///
/// @param milliCpu thousandths of a processor; 0 for no limit
/// @param memoryBytes bytes; 0 for no limit
/// @param pids processes and threads; 0 for no limit
public record Resources(int milliCpu, long memoryBytes, int pids) {}
