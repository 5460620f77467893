package io.slipway.runners.kubernetes.app;

import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.slipway.engine.release.Deployer.AppOrder;
import io.slipway.engine.release.Deployer.Hook;

import java.util.Map;

/// A hook as a Job that is made suspended and has one pod in its life: neither a failure nor a pod
/// that is taken away makes a second one.
final class HookJob {
    /// The hook that it is for, in its label.
    static final String NAME = "slipway.io/hook";

    private static final long GRACE = 10;

    private HookJob() {}

    static Job of(String instance, AppOrder like, Hook hook, AppSettings settings) {
        Map<String, String> labels = AppNames.labels(instance, like, AppNames.HOOK);
        labels.put(NAME, hook.container());
        return new JobBuilder()
                .withNewMetadata()
                .withName(hook.container())
                .withNamespace(AppNames.namespace(settings.prefix(), like.placement()))
                .withLabels(labels)
                .endMetadata()
                .withNewSpec()
                .withSuspend(true)
                .withParallelism(1)
                .withCompletions(1)
                .withBackoffLimit(0)
                .withPodReplacementPolicy("Failed")
                .withNewTemplate()
                .withNewMetadata()
                .withLabels(labels)
                .endMetadata()
                .withSpec(
                        new PodSpecBuilder(AppPod.spec(like, settings))
                                .withRestartPolicy("Never")
                                .withTerminationGracePeriodSeconds(GRACE)
                                .withContainers(
                                        AppPod.container(like, settings)
                                                .withCommand("/bin/sh")
                                                .withArgs("-e", "-c", AppPod.literal(hook.script()))
                                                .build())
                                .build())
                .endTemplate()
                .endSpec()
                .build();
    }
}
