package io.slipway.runners.kubernetes.app;

import io.slipway.engine.release.Placement;

import java.util.Optional;

/// By what nodes fetch images from Slipway's registry.
@FunctionalInterface
public interface PullCredentials {
    /// Nodes need none.
    PullCredentials NONE = at -> Optional.empty();

    /// A password for all images of a project, the same at each call.
    Optional<String> of(Placement at);
}
