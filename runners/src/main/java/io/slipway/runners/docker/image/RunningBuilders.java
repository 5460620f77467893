package io.slipway.runners.docker.image;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;

import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.Labels;

import java.util.List;
import java.util.Map;

/// The builders of one instance on an engine, whoever started them.
///
/// @param instance whose builders
public record RunningBuilders(DockerEngine engine, String instance) {

    /// Removes them with their networks; the caches of projects stay.
    public void remove() {
        DockerClient docker = engine.client();
        List<Container> found =
                docker.listContainersCmd()
                        .withShowAll(true)
                        .withLabelFilter(
                                Map.of(
                                        Labels.INSTANCE,
                                        instance,
                                        Labels.KIND,
                                        BuilderContainer.KIND))
                        .exec();
        for (Container one : found) {
            gone(
                    () ->
                            docker.removeContainerCmd(one.getId())
                                    .withForce(true)
                                    .withRemoveVolumes(true)
                                    .exec());
            if (one.getNetworkSettings() != null) {
                one.getNetworkSettings()
                        .getNetworks()
                        .keySet()
                        .forEach(name -> gone(() -> docker.removeNetworkCmd(name).exec()));
            }
        }
    }

    /// Removes the caches; only builders that do not run have one that can be removed.
    public void removeCaches() {
        DockerClient docker = engine.client();
        List<String> labels =
                List.of(
                        Labels.INSTANCE + "=" + instance,
                        Labels.KIND + "=" + BuilderContainer.KIND);
        var found = docker.listVolumesCmd().withFilter("label", labels).exec().getVolumes();
        if (found != null) {
            found.forEach(volume -> gone(() -> docker.removeVolumeCmd(volume.getName()).exec()));
        }
    }

    private static void gone(Runnable removal) {
        try {
            removal.run();
        } catch (NotFoundException | ConflictException e) {
            // Somebody was faster, or still uses it.
        }
    }
}
