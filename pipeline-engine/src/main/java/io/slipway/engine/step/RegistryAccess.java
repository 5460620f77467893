package io.slipway.engine.step;

import io.slipway.engine.run.Claim;

import java.util.Optional;

/// How the steps of a job reach the registry.
@FunctionalInterface
public interface RegistryAccess {
    /// Containers reach no registry.
    RegistryAccess NONE = claim -> Optional.empty();

    /// What the attempt signs in with; the same for each claim of it. Empty where containers reach
    /// no registry.
    Optional<Login> of(Claim claim);

    /// A credential that is worth nothing once the attempt has ended.
    ///
    /// @param address `host:port`
    record Login(String address, String user, String password) {
        @Override
        public String toString() {
            return "[secret]";
        }
    }
}
