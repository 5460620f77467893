package io.slipway.engine.release;

import io.slipway.db.Database;

/// What rollouts are made with.
///
/// @param values what apps see as environment
/// @param addresses what URLs apps have
public record RolloutParts(
        Database database,
        Deployer deployer,
        Traffic traffic,
        Routes routes,
        AppValues values,
        AppAddresses addresses) {}
