package io.slipway.runners.docker.job;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Driver;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.VolumeOptions;

import io.slipway.engine.plan.Resources;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.step.Order;
import io.slipway.engine.step.Starter;
import io.slipway.engine.workspace.Service;
import io.slipway.runners.docker.Labels;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// How the container of a job is made: the fixed starter and nothing else in argv and environment,
/// no privileges, limits, a workspace of its own.
final class JobContainer {
    /// The kind of what a job makes, in its label.
    static final String KIND = "job";

    /// What stands beside it, in its label: names of services, positions of steps behind a dot.
    static final String WITH = "slipway.with";

    /// A tenth of an app's 1024.
    private static final int CPU_SHARES = 102;

    /// The kernel ends a job before an app when the machine's memory runs out.
    private static final int OOM_SCORE = 500;

    private static final String FOLDER_OPTIONS = "nosuid,nodev,size=16m,mode=1777";

    private static final long NANOS_PER_MILLI_CPU = 1_000_000;

    /// What installing packages needs, and nothing else: files of other users, changing to a user
    /// without rights, ending its processes, and the file capabilities that packages carry. Left
    /// out of the engine's usual ones: raw sockets, device files, chroot, audit, low ports (which
    /// need none any more).
    private static final Capability[] CAPABILITIES = {
        Capability.CHOWN,
        Capability.DAC_OVERRIDE,
        Capability.FOWNER,
        Capability.FSETID,
        Capability.KILL,
        Capability.SETFCAP,
        Capability.SETGID,
        Capability.SETUID
    };

    /// The engine's copy of the output, for whoever takes the job over: exact bytes, and enough
    /// room that nothing is dropped before a new server has read it.
    static final LogConfig LOG =
            new LogConfig(
                    LogConfig.LoggingType.LOCAL,
                    Map.of("max-size", "256m", "max-file", "4", "compress", "false"));

    private JobContainer() {}

    /// The request that creates it.
    ///
    /// @param network name of the job's network
    /// @param cpus that the engine has; it refuses a limit above
    static CreateContainerCmd create(DockerClient client, Order order, String network, int cpus) {
        Map<String, String> more = new HashMap<>(order.labels());
        String with = with(order);
        if (!with.isEmpty()) {
            more.put(WITH, with);
        }
        Map<String, String> labels = Labels.of(order.name(), KIND, more);
        return client.createContainerCmd(order.image())
                .withName(order.name().toString())
                .withHostName("job-" + order.name().job())
                .withLabels(labels)
                .withEntrypoint(Starter.argv())
                .withWorkingDir(Starter.WORKSPACE)
                .withAttachStdin(true)
                .withAttachStdout(true)
                .withAttachStderr(true)
                .withStdinOpen(true)
                .withStdInOnce(true)
                .withTty(false)
                .withHostConfig(hostConfig(order, network, cpus));
    }

    private static String with(Order order) {
        return Stream.concat(
                        order.services().stream().map(Service::name),
                        order.own().stream().map(own -> "." + own.step()))
                .collect(Collectors.joining(","));
    }

    private static HostConfig hostConfig(Order order, String network, int cpus) {
        HostConfig host =
                limited(order.resources(), network, cpus).withInit(true).withLogConfig(LOG);
        return order.own().isEmpty()
                ? host.withTmpFs(Map.of(Starter.FOLDER, "rw," + FOLDER_OPTIONS))
                        .withMounts(List.of(workspace(order)))
                : host.withMounts(List.of(workspace(order), folder(order)));
    }

    /// What every container of a job may do, and may not.
    static HostConfig limited(Resources limits, String network, int cpus) {
        HostConfig host =
                HostConfig.newHostConfig()
                        .withNetworkMode(network)
                        .withPrivileged(false)
                        .withCapDrop(Capability.ALL)
                        .withCapAdd(CAPABILITIES)
                        .withSecurityOpts(List.of("no-new-privileges"))
                        .withCpuShares(CPU_SHARES)
                        .withOomScoreAdj(OOM_SCORE);
        if (limits.memoryBytes() > 0) {
            host.withMemory(limits.memoryBytes()).withMemorySwap(limits.memoryBytes());
        }
        if (limits.milliCpu() > 0) {
            host.withNanoCPUs(Math.min(limits.milliCpu(), cpus * 1000L) * NANOS_PER_MILLI_CPU);
        }
        if (limits.pids() > 0) {
            host.withPidsLimit((long) limits.pids());
        }
        return host;
    }

    /// Name of the volume for [Starter#FOLDER] where several containers share it.
    static String folder(AttemptName attempt) {
        return attempt + ".run";
    }

    /// A tmpfs that several containers share: it lasts as long as one of them runs.
    static Mount folder(Order order) {
        Map<String, String> tmpfs = Map.of("type", "tmpfs", "device", "tmpfs", "o", FOLDER_OPTIONS);
        return new Mount()
                .withType(MountType.VOLUME)
                .withSource(folder(order.name()))
                .withTarget(Starter.FOLDER)
                .withVolumeOptions(
                        new VolumeOptions()
                                .withNoCopy(true)
                                .withLabels(Labels.of(order.name(), KIND, order.labels()))
                                .withDriverConfig(
                                        new Driver().withName("local").withOptions(tmpfs)));
    }

    static Mount workspace(Order order) {
        return new Mount()
                .withType(MountType.VOLUME)
                .withSource(order.name().toString())
                .withTarget(Starter.WORKSPACE)
                .withVolumeOptions(
                        new VolumeOptions()
                                .withNoCopy(true)
                                .withLabels(Labels.of(order.name(), KIND, order.labels())));
    }
}
