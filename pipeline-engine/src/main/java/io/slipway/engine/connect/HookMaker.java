package io.slipway.engine.connect;

import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.secret.Secret;

/// Makes the door at which a forge's deliveries for one project are taken.
@FunctionalInterface
public interface HookMaker {
    /// A new one; those that were there stay.
    ///
    /// @param repositoryId the forge's own
    Made make(long projectId, ForgeKind forge, String repositoryId);

    /// What the forge has to know.
    ///
    /// @param url to which it sends
    /// @param secret with which it signs
    record Made(String url, Secret secret) {}
}
