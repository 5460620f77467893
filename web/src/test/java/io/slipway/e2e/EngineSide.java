package io.slipway.e2e;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Image;
import com.github.dockerjava.api.model.Network;

import io.slipway.runners.docker.DockerAddress;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerExtension;
import io.slipway.runners.docker.EngineSocket;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What the engine and the machine have of an instance.
final class EngineSide implements AutoCloseable {
    private final DockerEngine engine;
    private final int port;

    EngineSide(int port) {
        this.engine =
                DockerEngine.connect(
                        DockerAddress.find(
                                System.getenv(), Path.of(System.getProperty("user.home"))),
                        "00000000",
                        System.getenv());
        this.port = port;
    }

    DockerClient client() {
        return engine.client();
    }

    /// Whether the engine's bridges are interfaces of this machine.
    boolean sharesNetwork() {
        return engine.sharesNetwork();
    }

    DockerEngine engine() {
        return engine;
    }

    /// Plain HTTP to the same engine.
    EngineSocket socket() {
        return engine.socket();
    }

    /// Every container of the instance, whatever its state.
    List<Container> containers(String instance) {
        return client().listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of("slipway.instance", instance))
                .exec();
    }

    /// Containers that run jobs.
    List<Container> jobs(String instance) {
        return containers(instance).stream()
                .filter(found -> !"app".equals(found.getLabels().get("slipway.kind")))
                .toList();
    }

    /// Names of the volumes of jobs.
    List<String> volumesOfJobs(String instance) {
        return client()
                .listVolumesCmd()
                .withFilter("label", ofJobs(instance, "job"))
                .exec()
                .getVolumes()
                .stream()
                .map(InspectVolumeResponse::getName)
                .toList();
    }

    /// Names of the networks of jobs, used or kept ready.
    List<String> networksOfJobs(String instance) {
        return client()
                .listNetworksCmd()
                .withFilter("label", ofJobs(instance, "job-network"))
                .exec()
                .stream()
                .map(Network::getName)
                .toList();
    }

    private static List<String> ofJobs(String instance, String kind) {
        return List.of("slipway.instance=" + instance, "slipway.kind=" + kind);
    }

    /// Containers of a project's apps.
    List<Container> apps(String instance, String project) {
        return containers(instance).stream()
                .filter(found -> project.equals(found.getLabels().get("slipway.project")))
                .filter(found -> "app".equals(found.getLabels().get("slipway.kind")))
                .toList();
    }

    /// Tags of images of the instance's registry, in the engine.
    List<String> images() {
        return images(client(), port);
    }

    static List<String> images(DockerClient client, int port) {
        return client.listImagesCmd().withShowAll(true).exec().stream()
                .map(Image::getRepoTags)
                .filter(tags -> tags != null)
                .flatMap(Stream::of)
                .filter(tag -> tag.startsWith("localhost:" + port + "/"))
                .toList();
    }

    /// Takes a project's images from the engine that no container runs, as a person who makes room
    /// does.
    void forgetUnused(String project) {
        for (String tag : images()) {
            if (tag.startsWith("localhost:" + port + "/" + project + "/")) {
                client().removeImageCmd(tag).withForce(true).exec();
            }
        }
    }

    /// Whether the engine has an image, by content id.
    boolean has(String image) {
        return engine.image(image).isPresent();
    }

    /// Instances that have a container of a project's app.
    List<String> instances(String project) {
        return client()
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of("slipway.project", project, "slipway.kind", "app"))
                .exec()
                .stream()
                .map(found -> found.getLabels().get("slipway.instance"))
                .distinct()
                .toList();
    }

    /// Takes everything of the instance from the engine.
    void remove(String instance) {
        for (Container container : containers(instance)) {
            unlessGone(
                    () ->
                            client().removeContainerCmd(container.getId())
                                    .withForce(true)
                                    .withRemoveVolumes(true)
                                    .exec());
        }
        Map<String, List<String>> label = Map.of("label", List.of("slipway.instance=" + instance));
        client().listNetworksCmd()
                .withFilter("label", label.get("label"))
                .exec()
                .forEach(
                        network ->
                                unlessGone(
                                        () -> client().removeNetworkCmd(network.getId()).exec()));
        client().listVolumesCmd()
                .withFilter("label", label.get("label"))
                .exec()
                .getVolumes()
                .forEach(
                        volume ->
                                unlessGone(
                                        () -> client().removeVolumeCmd(volume.getName()).exec()));
        for (String tag : images()) {
            try {
                client().removeImageCmd(tag).exec();
            } catch (NotFoundException | ConflictException e) {
                // It has gone, or somebody else runs the same bytes: then it shows in what is left.
            }
        }
    }

    /// What the engine was asked for before, by a server that was killed, may be done only now.
    private static void unlessGone(Runnable removal) {
        try {
            removal.run();
        } catch (NotFoundException e) {
            // It has gone by itself.
        }
    }

    /// What is left of the instance.
    List<String> left(String instance) {
        List<String> left = new ArrayList<>(DockerExtension.left(client(), instance));
        images().forEach(tag -> left.add("image " + tag));
        return left;
    }

    /// Processes that name the folder in their command line.
    List<ProcessHandle> processes(Path data) {
        return ProcessHandle.allProcesses()
                .filter(
                        process ->
                                process.info().commandLine().orElse("").contains(data.toString()))
                .toList();
    }

    @Override
    public void close() {
        engine.close();
    }
}
