package io.slipway.engine.graph;

/// What a job waits for.
///
/// @param job the other job's name
/// @param optional whether there may be no such job
public record Need(String job, boolean optional) {}
