package io.slipway.runners.docker.network;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Network;

import io.slipway.fault.Fault;
import io.slipway.runners.docker.DockerFaults;
import io.slipway.runners.docker.Labels;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A network of the instance without any container: its gateway is an address of this machine at
/// which nothing listens but the registry, so that what jobs may reach can be said by address.
public final class RegistryNetwork implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryNetwork.class);
    private static final String KIND = "registry-network";
    private static final int PREFIX = 28;
    private static final int TRIES = 5;

    private final DockerClient client;
    private final String instance;
    private final Subnets subnets;

    /// Makes nothing yet.
    public RegistryNetwork(DockerClient client, String instance, Subnets subnets) {
        this.client = client;
        this.instance = instance;
        this.subnets = subnets;
    }

    /// The address of this machine in it; the network is made when it is not there.
    ///
    /// @throws Fault when the engine can't make it
    public String gateway() {
        try {
            for (int i = 1; ; i++) {
                Optional<String> found = found();
                if (found.isPresent()) {
                    return found.get();
                }
                try {
                    create(Cidr.parse(subnets.free(PREFIX)));
                } catch (DockerException e) {
                    if (i == TRIES) {
                        throw e;
                    }
                    LOG.debug("another network was quicker: {}", e.getMessage());
                }
            }
        } catch (DockerException e) {
            throw DockerFaults.of("cannot make the registry's network", e);
        }
    }

    private Optional<String> found() {
        try {
            return client
                    .inspectNetworkCmd()
                    .withNetworkId(name())
                    .exec()
                    .getIpam()
                    .getConfig()
                    .stream()
                    .map(Network.Ipam.Config::getGateway)
                    .findFirst();
        } catch (NotFoundException e) {
            return Optional.empty();
        }
    }

    private void create(Cidr subnet) {
        String gateway = new Cidr(subnet.first() + 1, 32).toString().replace("/32", "");
        client.createNetworkCmd()
                .withName(name())
                .withDriver("bridge")
                .withCheckDuplicate(true)
                .withLabels(Labels.of(instance, KIND))
                .withOptions(Map.of("com.docker.network.bridge.name", "sr" + instance))
                .withIpam(
                        new Network.Ipam()
                                .withConfig(
                                        new Network.Ipam.Config()
                                                .withSubnet(subnet.toString())
                                                .withGateway(gateway)))
                .exec();
    }

    private String name() {
        return "slipway-" + instance + "-registry";
    }

    /// Removes it, unless jobs go on that know its address.
    @Override
    public void close() {
        try {
            List<String> jobs =
                    List.of(Labels.INSTANCE + "=" + instance, Labels.KIND + "=" + JobNetworks.KIND);
            if (client.listNetworksCmd().withFilter("label", jobs).exec().isEmpty()) {
                client.removeNetworkCmd(name()).exec();
            }
        } catch (NotFoundException e) {
            // it was never made
        } catch (RuntimeException e) {
            LOG.warn("{}", DockerFaults.of("cannot remove the registry's network", e).message());
        }
    }
}
