package io.slipway.engine.plan;

import org.jspecify.annotations.Nullable;

/// Brings a release of one app into one environment.
///
/// @param app what is rolled out
/// @param environment such as `production`
/// @param imageJob name of the run's job that builds the image; null for a ready image or a rollout
///   of an existing release's image
/// @param release number of the release whose image is taken again (rollback, restart, changed
///   configuration); null otherwise
public record RolloutSpec(
        AppSpec app, String environment, @Nullable String imageJob, @Nullable Integer release)
        implements JobSpec {}
