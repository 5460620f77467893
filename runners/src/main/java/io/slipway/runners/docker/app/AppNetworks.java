package io.slipway.runners.docker.app;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.Network;

import io.slipway.engine.release.Placement;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// The networks of apps. Each project has one per environment, by which its containers reach the
/// world and are reached by the switch, at fixed addresses. Beside it each app has one that carries
/// its name: its healthy containers are in it under the app's name, every other app's containers
/// without one, so that only a healthy container answers to the name.
final class AppNetworks {
    private static final int FIRST_HOST = 10;

    private final DockerClient docker;
    private final String instance;
    private final Supplier<String> subnets;

    /// @param subnets gives a free IPv4 subnet of 256 addresses, such as `10.202.4.0/24`
    AppNetworks(DockerClient docker, String instance, Supplier<String> subnets) {
        this.docker = docker;
        this.instance = instance;
        this.subnets = subnets;
    }

    /// The environment's network, made when it is missing.
    String environment(Placement placement) {
        return ensure(base(placement), placement, null);
    }

    /// The network that carries an app's name, made when it is missing.
    String named(Placement placement, String app) {
        return ensure(base(placement) + "_" + app, placement, app);
    }

    /// No name of an environment or app has an underscore, so no two of them run together.
    private String base(Placement placement) {
        return "slipway-" + instance + "-p" + placement.projectId() + "_" + placement.environment();
    }

    /// Takes the app's name from a container.
    void withdraw(Placement placement, String app, String container) {
        String name = base(placement) + "_" + app;
        if (exists(name)) {
            disconnect(name, container);
        }
    }

    private boolean exists(String name) {
        return docker.listNetworksCmd().withNameFilter(name).exec().stream()
                .anyMatch(network -> network.getName().equals(name));
    }

    private synchronized String ensure(String name, Placement placement, @Nullable String app) {
        if (exists(name)) {
            return name;
        }
        Map<String, String> labels =
                Map.of(
                        AppLabels.INSTANCE,
                        instance,
                        AppLabels.KIND,
                        "app",
                        AppLabels.PROJECT,
                        placement.project(),
                        AppLabels.ENVIRONMENT,
                        placement.environment());
        Network.Ipam.Config config = new Network.Ipam.Config().withSubnet(subnets.get());
        try {
            docker.createNetworkCmd()
                    .withName(name)
                    .withCheckDuplicate(true)
                    .withInternal(app != null)
                    .withLabels(labels)
                    .withIpam(new Network.Ipam().withConfig(config))
                    .exec();
        } catch (ConflictException e) {
            // Another server made it just now.
        }
        return name;
    }

    /// An address of the environment's network that no container of this instance has.
    String freeAddress(String network, List<Container> containers) {
        String subnet =
                docker.inspectNetworkCmd()
                        .withNetworkId(network)
                        .exec()
                        .getIpam()
                        .getConfig()
                        .getFirst()
                        .getSubnet();
        Set<String> taken = new HashSet<>();
        containers.forEach(c -> taken.add(String.valueOf(c.getLabels().get(AppLabels.ADDRESS))));
        String prefix = subnet.substring(0, subnet.lastIndexOf('.') + 1);
        for (int host = FIRST_HOST; host < 250; host++) {
            if (!taken.contains(prefix + host)) {
                return prefix + host;
            }
        }
        throw new Fault(
                Kind.UNAVAILABLE,
                "cannot start the app: its environment's network has no free address",
                "remove apps of this project");
    }

    /// Puts a container into a network; nothing happens when it is in it.
    ///
    /// @param alias the name it answers to; null for none
    void connect(String network, String container, @Nullable String alias) {
        ContainerNetwork endpoint = new ContainerNetwork();
        if (alias != null) {
            endpoint.withAliases(alias);
        }
        try {
            docker.connectToNetworkCmd()
                    .withNetworkId(network)
                    .withContainerId(container)
                    .withContainerNetwork(endpoint)
                    .exec();
        } catch (NotFoundException e) {
            throw e;
        } catch (DockerException e) {
            if (!String.valueOf(e.getMessage()).contains("already exists in network")) {
                throw e;
            }
        }
    }

    private void disconnect(String network, String container) {
        try {
            docker.disconnectFromNetworkCmd()
                    .withNetworkId(network)
                    .withContainerId(container)
                    .withForce(true)
                    .exec();
        } catch (DockerException e) {
            String message = String.valueOf(e.getMessage());
            if (!message.contains("is not connected") && !(e instanceof NotFoundException)) {
                throw e;
            }
        }
    }
}
