package io.slipway.runners.docker.app;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Image;

import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.network.JobNetworks;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// Everything that one instance made on an engine.
///
/// @param instance whose
/// @param registry as in the names of its images: `localhost:8080`
public record InstanceRemains(DockerEngine engine, String instance, String registry) {

    /// Removes containers, networks, images and the rules of the packet filter. The instance's
    /// server and apps are stopped before. Harmless when repeated.
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
        docker.listNetworksCmd()
                .withFilter("label", label())
                .exec()
                .forEach(found -> gone(() -> docker.removeNetworkCmd(found.getId()).exec()));
        docker.listImagesCmd().exec().stream()
                .map(Image::getRepoTags)
                .filter(tags -> tags != null)
                .flatMap(Stream::of)
                .filter(tag -> tag.startsWith(registry + "/"))
                .forEach(tag -> gone(() -> docker.removeImageCmd(tag).exec()));
        JobNetworks.forget(instance);
    }

    /// The named volumes, with the data of apps in them.
    public List<String> volumes() {
        List<InspectVolumeResponse> found =
                engine.client().listVolumesCmd().withFilter("label", label()).exec().getVolumes();
        return Objects.requireNonNullElse(found, List.<InspectVolumeResponse>of()).stream()
                .map(InspectVolumeResponse::getName)
                .sorted()
                .toList();
    }

    /// Removes the named volumes; what is in them is lost.
    public void removeVolumes() {
        volumes().forEach(name -> gone(() -> engine.client().removeVolumeCmd(name).exec()));
    }

    private List<String> label() {
        return List.of(AppLabels.INSTANCE + "=" + instance);
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
