package io.slipway.runners.docker.app;

import io.slipway.engine.release.Deployer.BuiltImage;
import io.slipway.engine.release.Deployer.Progress;
import io.slipway.engine.release.Deployer.ReadyImage;

/// Brings the images of apps into the engine.
public interface AppImages {
    /// A ready image, pulled when the engine does not have it.
    ReadyImage pull(String reference, Progress progress) throws InterruptedException;

    /// An image of Slipway's registry, brought back when the engine lost it.
    ///
    /// @return content id
    String ensure(BuiltImage image) throws InterruptedException;
}
