package io.slipway.engine.access;

import java.time.Duration;

/// How long a browser stays signed in.
///
/// @param longest whatever it does
/// @param idle without asking for anything
public record SessionLife(Duration longest, Duration idle) {}
