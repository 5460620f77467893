package io.slipway.runners.kubernetes.app;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.slipway.engine.release.Deployer.AppOrder;
import io.slipway.engine.release.Deployer.Condition;
import io.slipway.engine.release.Deployer.Hook;
import io.slipway.runners.kubernetes.KubernetesFaults;
import io.slipway.runners.kubernetes.app.Workloads.Where;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The jobs of hooks. A job is made suspended; that it is let go can be said by many and more than
/// once, and starts one pod.
///
/// @param client of the cluster
/// @param workloads finds them
/// @param manifests what they are made of
record HookJobs(KubernetesClient client, Workloads workloads, AppManifests manifests) {
    /// One that is there stays as it is.
    void make(AppOrder like, Hook hook, Applying applying) {
        for (HasMetadata needed : manifests.beneath(like)) {
            applying.apply(needed);
        }
        Job job = HookJob.of(manifests.instance(), like, hook, manifests.settings());
        try {
            client.resource(job).create();
        } catch (KubernetesClientException e) {
            if (!KubernetesFaults.conflict(e)) {
                throw e;
            }
        }
        workloads.remember(
                hook.container(),
                new Where(job.getMetadata().getNamespace(), hook.container(), true));
    }

    /// @return empty when there is none, or its pod was taken away
    Optional<String> start(String container) {
        Where where = workloads.where(container).orElse(null);
        Job job = where == null ? null : workloads.job(where);
        if (where == null || job == null || overWithoutPod(where, job, container)) {
            return Optional.empty();
        }
        if (Boolean.TRUE.equals(job.getSpec().getSuspend())) {
            client.resource(job)
                    .patch(
                            new PatchContext.Builder()
                                    .withPatchType(PatchType.JSON_MERGE)
                                    .withFieldManager(Applying.MANAGER)
                                    .build(),
                            "{\"spec\":{\"suspend\":false}}");
        }
        return Optional.of(container);
    }

    private boolean overWithoutPod(Where where, Job job, String container) {
        boolean over =
                job.getStatus() != null
                        && job.getStatus().getConditions().stream()
                                .filter(c -> "True".equals(c.getStatus()))
                                .map(JobCondition::getType)
                                .anyMatch(Set.of("Failed", "Complete")::contains);
        return over && workloads.pods(where, container).isEmpty();
    }

    Condition condition(Where where, String container) {
        Job job = workloads.job(where);
        if (job == null) {
            return Condition.NONE;
        }
        if (Boolean.TRUE.equals(job.getSpec().getSuspend())) {
            return new Condition(Condition.State.MADE, null, false, 0, false, "");
        }
        return new AppState(workloads.pods(where, container), null).once();
    }

    void remove(String container) {
        Optional<Where> where = workloads.where(container);
        where.ifPresent(
                at ->
                        client.batch()
                                .v1()
                                .jobs()
                                .inNamespace(at.namespace())
                                .withName(at.name())
                                .withPropagationPolicy(DeletionPropagation.BACKGROUND)
                                .delete());
        workloads.forget(container);
    }

    Set<String> names() {
        return workloads.jobs().stream().map(Workloads::hook).collect(Collectors.toSet());
    }
}
