package io.slipway.runners.docker.app;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;

import io.slipway.runners.docker.DockerEngine;

import java.util.List;
import java.util.Map;

/// The containers of one instance's apps that run on an engine, whoever started them.
///
/// @param instance whose apps
public record RunningApps(DockerEngine engine, String instance) {
    private static final int GRACE_SECONDS = 10;

    /// Stops all of them side by side; containers and data stay.
    ///
    /// @return how many there were
    public int stop() {
        DockerClient docker = engine.client();
        List<Container> apps =
                docker.listContainersCmd()
                        .withLabelFilter(
                                Map.of(AppLabels.INSTANCE, instance, AppLabels.KIND, "app"))
                        .exec();
        apps.parallelStream().forEach(app -> stop(docker, app));
        return apps.size();
    }

    private static void stop(DockerClient docker, Container app) {
        try {
            docker.stopContainerCmd(app.getId()).withTimeout(GRACE_SECONDS).exec();
        } catch (NotFoundException | NotModifiedException e) {
            // It does not run any more.
        }
    }
}
