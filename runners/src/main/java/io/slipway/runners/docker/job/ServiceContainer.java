package io.slipway.runners.docker.job;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.LogConfig;

import io.slipway.engine.run.AttemptName;
import io.slipway.engine.step.Order;
import io.slipway.engine.workspace.Service;
import io.slipway.runners.docker.Labels;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// How the container of a service is made: its image as it is, under the limits of the job and with
/// no more rights, with the service's name in the job's network.
final class ServiceContainer {
    /// What is kept of its output: the last 1 to 2 MiB.
    private static final LogConfig LOG =
            new LogConfig(
                    LogConfig.LoggingType.LOCAL,
                    Map.of("max-size", "1m", "max-file", "2", "compress", "false"));

    private ServiceContainer() {}

    /// `slipway-1a2b3c4d-4711-1_postgres`: no service's name has an underscore.
    static String name(AttemptName attempt, String service) {
        return attempt + "_" + service;
    }

    /// The request that creates it.
    ///
    /// @param network name of the job's network
    /// @param cpus that the engine has
    static CreateContainerCmd create(
            DockerClient client, Order order, Service service, String network, int cpus) {
        Map<String, String> labels = new HashMap<>(order.labels());
        labels.put(Containers.BESIDE, service.name());
        CreateContainerCmd create =
                client.createContainerCmd(service.image())
                        .withName(name(order.name(), service.name()))
                        .withHostName(service.name())
                        .withAliases(service.name())
                        .withLabels(Labels.of(order.name(), JobContainer.KIND, labels))
                        .withEnv(
                                service.env().entrySet().stream()
                                        .map(e -> e.getKey() + "=" + e.getValue())
                                        .toList())
                        .withHostConfig(
                                JobContainer.limited(order.resources(), network, cpus)
                                        .withLogConfig(LOG));
        List<String> command = service.command();
        return command.isEmpty() ? create : create.withCmd(command);
    }
}
