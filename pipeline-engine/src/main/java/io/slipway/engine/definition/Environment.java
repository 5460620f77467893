package io.slipway.engine.definition;

/// Where releases run, as the file says it.
///
/// @param name such as `production`
/// @param from the branch whose commits are rolled out here
public record Environment(String name, String from) {}
