package io.slipway.runners.kubernetes.job;

import io.fabric8.kubernetes.api.model.Toleration;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The operator's settings for pods of jobs; nothing of a repository is among them.
///
/// @param namespace where they run
/// @param helper reference of Slipway's helper image
/// @param nodes labels of the nodes that may run them; empty for every node
/// @param tolerations of taints
/// @param runtimeClass such as gVisor's; null for the cluster's own
/// @param workspaceBytes how large a workspace may become
/// @param policies whether the cluster is known to enforce policies for the network
/// @param servicesReady how long the services of a job may take until they are ready
public record JobSettings(
        String namespace,
        String helper,
        Map<String, String> nodes,
        List<Toleration> tolerations,
        @Nullable String runtimeClass,
        long workspaceBytes,
        boolean policies,
        Duration servicesReady) {
    private static final long USUAL_WORKSPACE = 20L << 30;
    private static final Duration SERVICES_READY = Duration.ofMinutes(2);

    /// The usual ones.
    public static JobSettings of(String namespace, String helper) {
        return new JobSettings(
                namespace,
                helper,
                Map.of(),
                List.of(),
                null,
                USUAL_WORKSPACE,
                false,
                SERVICES_READY);
    }

    /// The same with another time for services.
    public JobSettings within(Duration ready) {
        return new JobSettings(
                namespace,
                helper,
                nodes,
                tolerations,
                runtimeClass,
                workspaceBytes,
                policies,
                ready);
    }

    /// The same for a cluster that enforces policies for the network.
    public JobSettings enforced() {
        return new JobSettings(
                namespace,
                helper,
                nodes,
                tolerations,
                runtimeClass,
                workspaceBytes,
                true,
                servicesReady);
    }
}
