package io.slipway.runners.docker.network;

/// A network that one job has for itself.
///
/// @param name by which the engine knows it
/// @param egress whether there is a way out
public record JobNetwork(String name, boolean egress) {}
