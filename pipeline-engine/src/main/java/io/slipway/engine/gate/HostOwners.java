package io.slipway.engine.gate;

import java.util.Optional;

/// Who has which public host in this instance.
@FunctionalInterface
public interface HostOwners {
    /// An app in an environment.
    ///
    /// @param project `[group/]name`
    record Owner(String project, String app, String environment) {}

    /// Nobody has any host: a plan that is made without an instance.
    HostOwners NOBODY = host -> Optional.empty();

    /// @param host in lower case, without a port
    /// @return empty when the host is free
    Optional<Owner> of(String host);
}
