package io.slipway.runners.docker.app;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Image;

import io.slipway.runners.docker.DockerEngine;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Everything that one instance made on an engine.
///
/// @param instance whose
/// @param registry as in the names of its images: `localhost:8080`
public record InstanceRemains(DockerEngine engine, String instance, String registry) {

    /// Removes containers, networks, volumes with their data, and images. The instance's server and
    /// apps are stopped before. Harmless when repeated.
    public void remove() {
        DockerClient docker = engine.client();
        docker.listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of(AppLabels.INSTANCE, instance))
                .exec()
                .forEach(
                        found ->
                                gone(
                                        () ->
                                                docker.removeContainerCmd(found.getId())
                                                        .withForce(true)
                                                        .withRemoveVolumes(true)
                                                        .exec()));
        List<String> label = List.of(AppLabels.INSTANCE + "=" + instance);
        docker.listNetworksCmd()
                .withFilter("label", label)
                .exec()
                .forEach(found -> gone(() -> docker.removeNetworkCmd(found.getId()).exec()));
        docker.listVolumesCmd()
                .withFilter("label", label)
                .exec()
                .getVolumes()
                .forEach(found -> gone(() -> docker.removeVolumeCmd(found.getName()).exec()));
        docker.listImagesCmd().exec().stream()
                .map(Image::getRepoTags)
                .filter(tags -> tags != null)
                .flatMap(Stream::of)
                .filter(tag -> tag.startsWith(registry + "/"))
                .forEach(tag -> gone(() -> docker.removeImageCmd(tag).exec()));
    }

    /// An image that somebody else's container runs keeps its bytes.
    private static void gone(Runnable removal) {
        try {
            removal.run();
        } catch (NotFoundException | ConflictException e) {
            // Somebody was faster, or still uses it.
        }
    }
}
