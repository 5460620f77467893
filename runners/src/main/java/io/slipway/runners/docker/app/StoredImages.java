package io.slipway.runners.docker.app;

import com.github.dockerjava.api.command.InspectImageResponse;

import io.slipway.engine.release.Deployer.BuiltImage;
import io.slipway.engine.release.Deployer.Progress;
import io.slipway.engine.release.Deployer.ReadyImage;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.image.EngineImages;

import java.util.Arrays;
import java.util.List;

/// Ready images by a pull, what Slipway built from the engine itself or from Slipway's registry.
///
/// @param engine pulls and runs
/// @param images moves what Slipway built
public record StoredImages(DockerEngine engine, EngineImages images) implements AppImages {
    @Override
    public ReadyImage pull(String reference, Progress progress) {
        InspectImageResponse found = engine.pull(reference, progress::line);
        List<String> digests = found.getRepoDigests();
        boolean pinned = digests != null && !digests.isEmpty();
        var config = found.getConfig();
        var exposed = config == null ? null : config.getExposedPorts();
        List<Integer> ports =
                exposed == null
                        ? List.of()
                        : Arrays.stream(exposed).map(port -> port.getPort()).toList();
        return new ReadyImage(
                pinned ? digests.getFirst() : reference, String.valueOf(found.getId()), ports);
    }

    @Override
    public String ensure(BuiltImage image) {
        return images.ensure(image.repository(), image.digest(), image.engineId());
    }
}
