package io.slipway.engine.plan;

import org.jspecify.annotations.Nullable;

/// Builds the image of one app.
///
/// @param app the app's name
/// @param context folder of the repository that is the build context; empty for its root
/// @param dockerfile path of the Dockerfile from the repository's root; null when `generated` holds
///   its text
/// @param generated text of a Dockerfile that Slipway derived; null when the repository has one
public record ImageSpec(
        String app, String context, @Nullable String dockerfile, @Nullable String generated)
        implements JobSpec {}
