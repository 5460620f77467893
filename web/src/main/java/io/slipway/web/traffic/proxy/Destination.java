package io.slipway.web.traffic.proxy;

import io.slipway.engine.route.Route;
import io.slipway.engine.route.ServerLink;

/// Where a request goes, decided under the lock that guards the swap of tables.
sealed interface Destination {
    /// A container of an app, claimed.
    record App(Claim claim, Route route) implements Destination {}

    /// Slipway's own server, claimed.
    record Server(Claim claim, ServerLink link) implements Destination {}

    /// No app and not Slipway itself.
    record Unknown() implements Destination {}

    /// An app without a healthy container.
    record Unhealthy(Route route) implements Destination {}

    /// Slipway itself, before any server was there.
    record NoServer() implements Destination {}
}
