package io.slipway.engine.plan;

import io.slipway.engine.definition.Environment;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

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
/// @param terms what the environment asks for; null when nothing is
public record RolloutSpec(
        AppSpec app,
        String environment,
        @Nullable String imageJob,
        @Nullable Integer release,
        boolean anew,
        @Nullable Terms terms)
        implements JobSpec {
    /// What an environment asks for.
    ///
    /// @param approval who must agree before it begins; null when nobody must
    /// @param rollout how traffic moves; null: rolling
    /// @param expires how long what is rolled out lives without a change; null: for ever
    public record Terms(
            Environment.@Nullable Approval approval,
            Environment.@Nullable Rollout rollout,
            @Nullable Duration expires) {
        static @Nullable Terms of(Environment environment) {
            Terms terms =
                    new Terms(environment.approval(), environment.rollout(), environment.expires());
            return terms.equals(new Terms(null, null, null)) ? null : terms;
        }
    }

    /// What an environment asks nothing for.
    public RolloutSpec(
            AppSpec app,
            String environment,
            @Nullable String imageJob,
            @Nullable Integer release,
            boolean anew) {
        this(app, environment, imageJob, release, anew, null);
    }

    /// What a push plans.
    public RolloutSpec(
            AppSpec app, String environment, @Nullable String imageJob, @Nullable Integer release) {
        this(app, environment, imageJob, release, false, null);
    }
}
