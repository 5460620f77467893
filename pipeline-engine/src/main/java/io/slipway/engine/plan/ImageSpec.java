package io.slipway.engine.plan;

import io.slipway.engine.definition.App;

import org.jspecify.annotations.Nullable;

/// Builds the image of one app.
///
/// @param app the app's name
/// @param context folder of the repository that is the build context; empty for its root
/// @param dockerfile path of the Dockerfile from the repository's root; null when `generated` holds
///   its text
/// @param generated text of a Dockerfile that Slipway derived; null when the repository has one
/// @param build how it is built and where it goes
public record ImageSpec(
        String app,
        String context,
        @Nullable String dockerfile,
        @Nullable String generated,
        App.Build build)
        implements JobSpec {
    /// Specs of runs from before this was known say nothing of it.
    public ImageSpec(
            String app,
            String context,
            @Nullable String dockerfile,
            @Nullable String generated,
            App.@Nullable Build build) {
        this.app = app;
        this.context = context;
        this.dockerfile = dockerfile;
        this.generated = generated;
        this.build = build == null ? App.Build.DEFAULT : build;
    }

    /// As everything is by default.
    public ImageSpec(
            String app, String context, @Nullable String dockerfile, @Nullable String generated) {
        this(app, context, dockerfile, generated, null);
    }
}
