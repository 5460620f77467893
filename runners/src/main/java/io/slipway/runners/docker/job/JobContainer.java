package io.slipway.runners.docker.job;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.VolumeOptions;

import io.slipway.engine.plan.Resources;
import io.slipway.engine.step.Order;
import io.slipway.engine.step.Starter;
import io.slipway.runners.docker.Labels;

import java.util.List;
import java.util.Map;

/// How the container of a job is made: the fixed starter and nothing else in argv and environment,
/// no privileges, limits, a workspace of its own.
final class JobContainer {
    /// The kind of what a job makes, in its label.
    static final String KIND = "job";

    /// A tenth of an app's 1024.
    private static final int CPU_SHARES = 102;

    /// The kernel ends a job before an app when the machine's memory runs out.
    private static final int OOM_SCORE = 500;

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
        Map<String, String> labels = Labels.of(order.name(), KIND, order.labels());
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

    private static HostConfig hostConfig(Order order, String network, int cpus) {
        HostConfig host =
                HostConfig.newHostConfig()
                        .withNetworkMode(network)
                        .withInit(true)
                        .withPrivileged(false)
                        .withCapDrop(Capability.ALL)
                        .withCapAdd(CAPABILITIES)
                        .withSecurityOpts(List.of("no-new-privileges"))
                        .withLogConfig(LOG)
                        .withCpuShares(CPU_SHARES)
                        .withOomScoreAdj(OOM_SCORE)
                        .withTmpFs(Map.of(Starter.FOLDER, "rw,nosuid,nodev,size=16m,mode=1777"))
                        .withMounts(List.of(workspace(order)));
        Resources limits = order.resources();
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

    private static Mount workspace(Order order) {
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
