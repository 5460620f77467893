package io.slipway.engine.plan;

import io.slipway.engine.definition.App;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Optional;

/// Builds the image of one app.
///
/// @param app the app's name
/// @param context folder of the repository that is the build context; empty for its root
/// @param dockerfile path of the Dockerfile from the repository's root; null when `generated` holds
///   its text
/// @param generated text of a Dockerfile that Slipway derived; null when the repository has one
/// @param build how it is built and where it goes
/// @param timeout the longest that it may take; null: as long as it takes
public record ImageSpec(
        String app,
        String context,
        @Nullable String dockerfile,
        @Nullable String generated,
        App.Build build,
        @Nullable Duration timeout)
        implements JobSpec {
    /// Specs of runs from before this was known say nothing of it.
    public ImageSpec(
            String app,
            String context,
            @Nullable String dockerfile,
            @Nullable String generated,
            App.@Nullable Build build,
            @Nullable Duration timeout) {
        this.app = app;
        this.context = context;
        this.dockerfile = dockerfile;
        this.generated = generated;
        this.build = build == null ? App.Build.DEFAULT : build;
        this.timeout = timeout;
    }

    /// As long as it takes.
    public ImageSpec(
            String app,
            String context,
            @Nullable String dockerfile,
            @Nullable String generated,
            App.@Nullable Build build) {
        this(app, context, dockerfile, generated, build, null);
    }

    /// As everything is by default.
    public ImageSpec(
            String app, String context, @Nullable String dockerfile, @Nullable String generated) {
        this(app, context, dockerfile, generated, null, null);
    }

    @Override
    public Optional<Duration> limit() {
        return Optional.ofNullable(timeout);
    }

    /// The same within a time.
    public ImageSpec within(Duration longest) {
        return new ImageSpec(app, context, dockerfile, generated, build, longest);
    }
}
