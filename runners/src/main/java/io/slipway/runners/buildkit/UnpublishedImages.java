package io.slipway.runners.buildkit;

import io.slipway.engine.image.ImageBuilder.Listener;

import java.io.IOException;
import java.util.Optional;

/// Images that a builder can't pull, since no registry that it reaches has them.
@FunctionalInterface
public interface UnpublishedImages {
    /// There are none.
    UnpublishedImages NONE = (reference, repository, refused, listener) -> Optional.empty();

    /// Copies an image into Slipway's registry.
    ///
    /// @param reference as a Dockerfile names it
    /// @param repository that gets it
    /// @param refused whether the builder has tried to pull it; else only what is known to be in no
    ///   registry is copied
    /// @return digest of the manifest; empty where there is no such image
    Optional<String> copy(String reference, String repository, boolean refused, Listener listener)
            throws IOException;
}
