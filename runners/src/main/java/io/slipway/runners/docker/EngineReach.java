package io.slipway.runners.docker;

import com.github.dockerjava.api.DockerClient;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Map;

/// Whether engine and process share a network: then a bridge that the engine makes is an interface
/// here. On Docker Desktop, with a rootless engine or one on another machine it is not.
final class EngineReach {
    private static final Logger LOG = LoggerFactory.getLogger(EngineReach.class);
    private static final int BRIDGE_ID = 12;

    private final DockerClient client;
    private final String instance;
    private final boolean forced;
    private boolean probed;
    private boolean shared;

    EngineReach(DockerClient client, String instance, Map<String, String> env) {
        this.client = client;
        this.instance = instance;
        this.forced = env.getOrDefault("SLIPWAY_REACH", "").equals("published");
    }

    boolean containers() {
        return !forced && shared();
    }

    boolean loopback() {
        return !forced && shared();
    }

    synchronized boolean shared() {
        if (!probed) {
            shared = probe();
            probed = true;
            LOG.debug("containers' addresses can be reached from here: {}", shared);
        }
        return shared;
    }

    private boolean probe() {
        String id;
        try {
            id =
                    client.createNetworkCmd()
                            .withName("slipway-" + instance + "-probe-" + System.nanoTime())
                            .withDriver("bridge")
                            .withLabels(Labels.of(instance, "probe"))
                            .exec()
                            .getId();
        } catch (RuntimeException e) {
            throw DockerFaults.of("cannot find out how containers are reached", e);
        }
        try {
            return NetworkInterface.getByName("br-" + id.substring(0, BRIDGE_ID)) != null;
        } catch (SocketException e) {
            return false;
        } finally {
            Thread.ofVirtual().name("engine-reach").start(() -> remove(id));
        }
    }

    private void remove(String id) {
        try {
            client.removeNetworkCmd(id).exec();
        } catch (RuntimeException e) {
            LOG.warn("{}", DockerFaults.of("cannot remove the network of a probe", e).message());
        }
    }
}
