package io.slipway.runners.docker.image;

import io.slipway.engine.plan.Resources;
import io.slipway.engine.run.AttemptName;
import io.slipway.runners.buildkit.BuilderScripts;
import io.slipway.runners.docker.Labels;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How a builder's container is made. It has no privilege and no added capability, and is the user
/// that the image names; what it needs are user namespaces, which the engine's usual profiles for
/// seccomp and AppArmor forbid. Its system paths are not masked, so that commands of Dockerfiles
/// get a process namespace of their own and don't see BuildKit: they are still root's, and nothing
/// in it is root.
final class BuilderContainer {
    /// Kind of builders and their volumes, in their label.
    static final String KIND = "builder";

    /// The project's id, in a label.
    static final String PROJECT = "slipway.project-id";

    /// A tenth of an app's 1024, as a job has.
    private static final int CPU_SHARES = 102;

    /// The kernel ends a builder before an app when the machine's memory runs out.
    private static final int OOM_SCORE = 500;

    private static final long NANOS_PER_MILLI_CPU = 1_000_000;

    /// What a command may print before the rest of it is left out.
    private static final int LARGEST_LOG = 16 << 20;

    private BuilderContainer() {}

    /// Whose builder it is.
    ///
    /// @param name of container
    /// @param volume for its cache; empty for one that goes with the container
    /// @param labels of both
    record Identity(String name, String volume, Map<String, String> labels) {
        static Identity of(String instance, long project) {
            Map<String, String> labels = Labels.of(instance, KIND);
            labels.put(PROJECT, Long.toString(project));
            String name = "slipway-" + instance + "-builder-" + project;
            return new Identity(name, name, labels);
        }

        static Identity alone(AttemptName attempt) {
            return new Identity(attempt + ".builder", "", Labels.of(attempt, KIND, Map.of()));
        }

        static Identity trial(String instance, long number) {
            return new Identity(
                    "slipway-" + instance + "-builder-trial-" + number,
                    "",
                    Labels.of(instance, KIND));
        }
    }

    /// The body of the request that creates it.
    ///
    /// @param limits within what the engine has
    /// @param idleSeconds after which it ends by itself
    static Map<String, Object> create(
            Identity identity, String image, String network, Resources limits, long idleSeconds) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("Image", image);
        body.put("Hostname", "builder");
        body.put("Entrypoint", BuilderScripts.start(idleSeconds));
        body.put("Cmd", List.of());
        body.put(
                "Env",
                List.of(
                        "BUILDKIT_STEP_LOG_MAX_SIZE=" + LARGEST_LOG,
                        "BUILDKIT_STEP_LOG_MAX_SPEED=-1"));
        body.put("Labels", identity.labels());
        body.put("HostConfig", hostConfig(identity, network, limits));
        return body;
    }

    private static Map<String, Object> hostConfig(
            Identity identity, String network, Resources limits) {
        Map<String, Object> host = new LinkedHashMap<>();
        host.put("NetworkMode", network);
        host.put("Init", true);
        host.put("SecurityOpt", List.of("seccomp=unconfined", "apparmor=unconfined"));
        host.put("MaskedPaths", List.of());
        host.put("ReadonlyPaths", List.of());
        host.put("Memory", limits.memoryBytes());
        host.put("MemorySwap", limits.memoryBytes());
        host.put("NanoCpus", limits.milliCpu() * NANOS_PER_MILLI_CPU);
        host.put("PidsLimit", limits.pids());
        host.put("CpuShares", CPU_SHARES);
        host.put("OomScoreAdj", OOM_SCORE);
        host.put("Tmpfs", Map.of(BuilderScripts.RUN, "rw,nosuid,nodev,noexec,size=16m,mode=1777"));
        host.put("Mounts", List.of(mount(identity)));
        host.put(
                "LogConfig",
                Map.of("Type", "local", "Config", Map.of("max-size", "1m", "max-file", "2")));
        return host;
    }

    private static Map<String, Object> mount(Identity identity) {
        Map<String, Object> mount = new LinkedHashMap<>();
        mount.put("Type", "volume");
        if (!identity.volume().isEmpty()) {
            mount.put("Source", identity.volume());
        }
        mount.put("Target", BuilderScripts.DATA);
        mount.put("VolumeOptions", Map.of("Labels", identity.labels()));
        return mount;
    }
}
