package io.slipway.runners.docker.app;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.Network;

import io.slipway.engine.release.Placement;

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
    private static final int TRIES = 5;

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
        for (int left = TRIES; !made(name, labels, app != null, left > 1); left--) {}
        return name;
    }

    /// @param again whether a subnet that is taken is no fault
    /// @return false when somebody was faster with the subnet
    private boolean made(String name, Map<String, String> labels, boolean internal, boolean again) {
        Network.Ipam.Config config = new Network.Ipam.Config().withSubnet(subnets.get());
        try {
            docker.createNetworkCmd()
                    .withName(name)
                    .withCheckDuplicate(true)
                    .withInternal(internal)
                    .withLabels(labels)
                    .withIpam(new Network.Ipam().withConfig(config))
                    .exec();
        } catch (ConflictException e) {
            // Another server made it just now.
        } catch (DockerException e) {
            if (again && String.valueOf(e.getMessage()).contains("Pool overlaps")) {
                return false;
            }
            throw e;
        }
        return true;
    }

    /// The address in the environment's network that belongs to a slot.
    String address(String network, int slot) {
        String subnet =
                docker.inspectNetworkCmd()
                        .withNetworkId(network)
                        .exec()
                        .getIpam()
                        .getConfig()
                        .getFirst()
                        .getSubnet();
        return subnet.substring(0, subnet.lastIndexOf('.') + 1) + slot;
    }

    /// Removes the networks of environments that have no container, also none that has ended.
    ///
    /// @param containers all of the instance's apps
    void sweep(List<Container> containers) {
        Set<String> needed = new HashSet<>();
        containers.forEach(c -> needed.add(base(AppContainer.placement(c.getLabels()))));
        List<String> label = List.of(AppLabels.INSTANCE + "=" + instance, AppLabels.KIND + "=app");
        for (Network network : docker.listNetworksCmd().withFilter("label", label).exec()) {
            String[] parts = network.getName().split("_");
            if (parts.length > 1 && !needed.contains(parts[0] + "_" + parts[1])) {
                removed(network);
            }
        }
    }

    private void removed(Network network) {
        try {
            docker.removeNetworkCmd(network.getId()).exec();
        } catch (NotFoundException e) {
            // Another server was faster.
        } catch (DockerException e) {
            if (!String.valueOf(e.getMessage()).contains("has active endpoints")) {
                throw e;
            }
        }
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
