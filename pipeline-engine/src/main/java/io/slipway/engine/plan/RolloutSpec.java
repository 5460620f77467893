package io.slipway.engine.plan;

import org.jspecify.annotations.Nullable;

/// Brings a release of one app into one environment.
///
/// @param app what is rolled out
/// @param environment such as `production`
/// @param imageJob name of the run's job that builds the image; null for a ready image or a rollout
///   of an existing release's image
/// @param release number of an earlier release to take again (rollback, restart, changed
///   configuration); null otherwise
/// @param anew with `release`: true makes a new release of its image with today's configuration,
///   false rolls out that very release
public record RolloutSpec(
        AppSpec app,
        String environment,
        @Nullable String imageJob,
        @Nullable Integer release,
        boolean anew)
        implements JobSpec {
    /// What a push plans.
    public RolloutSpec(
            AppSpec app, String environment, @Nullable String imageJob, @Nullable Integer release) {
        this(app, environment, imageJob, release, false);
    }
}
