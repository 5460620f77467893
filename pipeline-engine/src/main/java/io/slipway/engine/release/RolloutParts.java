package io.slipway.engine.release;

import io.slipway.db.Database;
import io.slipway.engine.route.AppAddresses;
import io.slipway.engine.route.Routes;
import io.slipway.engine.route.Traffic;

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
