package io.slipway.engine.detection;

import org.jspecify.annotations.Nullable;

/// How the image of a folder is built.
///
/// @param folder the context; empty for the repository's root
/// @param dockerfile path from the root; null when `generated` holds the text
/// @param generated text of a Dockerfile that Slipway derived; null when the repository has one
/// @param why one clause: `Dockerfile found`, `a static site: index.html`
public record Recipe(
        String folder, @Nullable String dockerfile, @Nullable String generated, String why)
        implements Answer {}
