package io.slipway.runners.docker.app;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import com.github.dockerjava.api.model.RestartPolicy;
import com.github.dockerjava.api.model.Volume;

import io.slipway.engine.plan.Resources;
import io.slipway.engine.release.Deployer.AppOrder;
import io.slipway.engine.release.Deployer.Hook;
import io.slipway.engine.release.Placement;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// How an app's container is made: no privileges, fixed address, its volumes, its limits.
final class AppContainer {
    private static final int APP_CPU_SHARES = 1024;

    /// What servers that begin as root and change to a user of their own need.
    private static final Capability[] CAPABILITIES = {
        Capability.CHOWN,
        Capability.DAC_OVERRIDE,
        Capability.FOWNER,
        Capability.KILL,
        Capability.NET_BIND_SERVICE,
        Capability.SETGID,
        Capability.SETUID
    };

    private static final LogConfig LOG = log("32m", "2");

    /// Enough that nothing of a hook is thrown away before a server has read it.
    private static final LogConfig HOOK_LOG = log("256m", "4");

    private final DockerClient docker;
    private final String instance;
    private final boolean reachable;

    AppContainer(DockerClient docker, String instance, boolean reachable) {
        this.docker = docker;
        this.instance = instance;
        this.reachable = reachable;
    }

    /// Creates it; one of that name that is there already is left as it is.
    void create(AppOrder order, String network, String address) {
        Map<String, String> labels = labels(order, "app");
        labels.put(AppLabels.ADDRESS, address);
        HostConfig host = hostConfig(order, LOG).withNetworkMode(network);
        CreateContainerCmd create = request(order, order.container(), address);
        if (!order.command().isEmpty()) {
            create.withCmd(order.command());
        }
        if (!reachable && order.port() != 0) {
            int hostPort = freePort();
            ExposedPort port = ExposedPort.tcp(order.port());
            labels.put(AppLabels.HOST_PORT, Integer.toString(hostPort));
            labels.put(AppLabels.PUBLISHED, Integer.toString(order.port()));
            create.withExposedPorts(port);
            host.withPortBindings(
                    new PortBinding(Ports.Binding.bindIpAndPort("127.0.0.1", hostPort), port));
        }
        create(create.withLabels(labels).withHostConfig(host));
    }

    /// Creates that of a hook, alike, but with nothing that leads to it.
    void create(AppOrder like, Hook hook, String network, String address) {
        Map<String, String> labels = labels(like, "hook");
        labels.put(AppLabels.HOOK, hook.container());
        create(
                request(like, hook.container(), address)
                        .withEntrypoint("/bin/sh")
                        .withCmd("-e", "-c", hook.script())
                        .withLabels(labels)
                        .withHostConfig(hostConfig(like, HOOK_LOG).withNetworkMode(network)));
    }

    private CreateContainerCmd request(AppOrder order, String name, String address) {
        return docker.createContainerCmd(order.engineId())
                .withName(name)
                .withHostName(order.placement().app())
                .withIpv4Address(address)
                .withEnv(
                        order.env().entrySet().stream()
                                .map(e -> e.getKey() + "=" + e.getValue())
                                .toList());
    }

    private static void create(CreateContainerCmd create) {
        try {
            create.exec();
        } catch (ConflictException e) {
            // Another server that had this rollout before made it.
        }
    }

    private HostConfig hostConfig(AppOrder order, LogConfig log) {
        Resources limits = order.resources();
        HostConfig host =
                HostConfig.newHostConfig()
                        .withInit(true)
                        .withCapDrop(Capability.ALL)
                        .withCapAdd(CAPABILITIES)
                        .withSecurityOpts(List.of("no-new-privileges"))
                        .withCpuShares(APP_CPU_SHARES)
                        .withRestartPolicy(RestartPolicy.noRestart())
                        .withLogConfig(log)
                        .withBinds(
                                order.volumes().entrySet().stream()
                                        .map(v -> bind(order, v.getKey(), v.getValue()))
                                        .toList());
        if (limits.memoryBytes() > 0) {
            host.withMemory(limits.memoryBytes()).withMemorySwap(limits.memoryBytes());
        }
        if (limits.milliCpu() > 0) {
            host.withNanoCPUs(limits.milliCpu() * 1_000_000L);
        }
        if (limits.pids() > 0) {
            host.withPidsLimit((long) limits.pids());
        }
        return host;
    }

    private static LogConfig log(String size, String files) {
        return new LogConfig(
                LogConfig.LoggingType.JSON_FILE, Map.of("max-size", size, "max-file", files));
    }

    private Bind bind(AppOrder order, String volume, String path) {
        Placement at = order.placement();
        String name =
                String.join(
                        "_",
                        "slipway-" + instance + "-p" + at.projectId(),
                        at.environment(),
                        at.app(),
                        volume);
        docker.createVolumeCmd()
                .withName(name)
                .withLabels(Map.of(AppLabels.INSTANCE, instance, AppLabels.KIND, "app"))
                .exec();
        return new Bind(name, new Volume(path));
    }

    private Map<String, String> labels(AppOrder order, String kind) {
        Placement at = order.placement();
        return new HashMap<>(
                Map.of(
                        AppLabels.INSTANCE, instance,
                        AppLabels.KIND, kind,
                        AppLabels.PROJECT, at.project(),
                        AppLabels.PROJECT_ID, Long.toString(at.projectId()),
                        AppLabels.ENVIRONMENT, at.environment(),
                        AppLabels.APP, at.app(),
                        AppLabels.RELEASE, Integer.toString(order.release())));
    }

    /// As much of a placement as the labels tell: enough for the names of networks.
    static Placement placement(Map<String, String> labels) {
        return new Placement(
                0,
                Long.parseLong(AppLabels.of(labels, AppLabels.PROJECT_ID)),
                AppLabels.of(labels, AppLabels.PROJECT),
                AppLabels.of(labels, AppLabels.ENVIRONMENT),
                AppLabels.of(labels, AppLabels.APP),
                0,
                0,
                null,
                null,
                null);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
