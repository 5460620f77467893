package io.slipway.web.server;

import io.slipway.engine.step.Runner;
import io.slipway.runners.kubernetes.KubernetesCluster;
import io.slipway.runners.kubernetes.job.JobSettings;
import io.slipway.runners.kubernetes.job.KubernetesRunner;
import io.slipway.web.settings.ClusterSettings;

/// One Kubernetes cluster as runner.
final class ClusterParts implements AutoCloseable {
    private final Closing closing = new Closing();
    private final Runner runner;

    ClusterParts(String instance, ClusterSettings settings) {
        try {
            KubernetesCluster cluster =
                    closing.add(
                            KubernetesCluster.connect(settings.kubeconfig(), settings.namespace()));
            JobSettings jobs = JobSettings.of(settings.namespace(), settings.helper());
            this.runner =
                    closing.add(
                            KubernetesRunner.connected(
                                    cluster,
                                    instance,
                                    settings.policies() ? jobs.enforced() : jobs));
        } catch (Throwable e) {
            closing.close();
            throw e;
        }
    }

    Runner runner() {
        return runner;
    }

    @Override
    public void close() {
        closing.close();
    }
}
