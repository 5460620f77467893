package io.slipway.engine.gate;

import io.slipway.engine.definition.Environment;

import org.jspecify.annotations.Nullable;

/// The environment in which a job does something: its secrets are seen, its lock is held.
///
/// @param environment such as `production`
/// @param approval who must agree before it begins; null when nobody must
/// @param app whose rollout is checked; null: all of the run there, or none
/// @param host public host of the app, for `$SLIPWAY_APP_URL`; null when it has none
public record Place(
        String environment,
        Environment.@Nullable Approval approval,
        @Nullable String app,
        @Nullable String host) {
    /// Where a job deploys by itself.
    public static Place of(Environment environment) {
        return new Place(environment.name(), environment.approval(), null, null);
    }
}
