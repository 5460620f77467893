package io.slipway.runners.kubernetes.image;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.run.AttemptName;
import io.slipway.runners.buildkit.BuilderScripts;
import io.slipway.runners.kubernetes.KubernetesLabels;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// How a builder's pod is made. It is nobody's root, has no privilege, no added capability and no
/// token; user namespaces, which it makes, are what the usual profiles for seccomp and AppArmor
/// forbid. Its namespace has to allow that: it is in no standard profile but `privileged`.
final class BuilderPod {
    /// The kind of builders, in their label.
    static final String KIND = "builder";

    /// The project's id, in a label.
    static final String PROJECT = "slipway.io/project-id";

    /// The one container.
    static final String CONTAINER = "builder";

    private static final long USER = 1000;
    private static final int LARGEST_LOG = 16 << 20;

    /// Of a builder's processor time so much is set aside for it: a tenth, as for a job.
    private static final int SHARE = 10;

    private BuilderPod() {}

    /// Whose builder it is.
    record Identity(String name, Map<String, String> labels) {
        static Identity of(String instance, long project) {
            Map<String, String> labels = KubernetesLabels.of(instance, KIND);
            labels.put(PROJECT, Long.toString(project));
            return new Identity("slipway-" + instance + "-builder-" + project, labels);
        }

        static Identity alone(AttemptName attempt) {
            return new Identity(attempt + "-builder", KubernetesLabels.of(attempt, KIND));
        }
    }

    static Pod of(Identity identity, Resources limits, PodBuilders.Settings settings) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(identity.name())
                .withNamespace(settings.namespace())
                .withLabels(identity.labels())
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .withHostname("builder")
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withTerminationGracePeriodSeconds(5L)
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser(USER)
                .withRunAsGroup(USER)
                .withFsGroup(USER)
                .endSecurityContext()
                .withContainers(container(limits, settings))
                .withVolumes(
                        volume("data", null, settings.cacheBytes()),
                        volume("run", "Memory", 16 << 20))
                .endSpec()
                .build();
    }

    private static Container container(Resources limits, PodBuilders.Settings settings) {
        String memory = Long.toString(limits.memoryBytes());
        return new ContainerBuilder()
                .withName(CONTAINER)
                .withImage(settings.image())
                .withImagePullPolicy("IfNotPresent")
                .withCommand(
                        BuilderScripts.start(settings.idle().toSeconds()).stream()
                                .map(part -> part.replace("$(", "$$("))
                                .toList())
                .withEnv(
                        new EnvVar(
                                "BUILDKIT_STEP_LOG_MAX_SIZE", Integer.toString(LARGEST_LOG), null),
                        new EnvVar("BUILDKIT_STEP_LOG_MAX_SPEED", "-1", null))
                .withNewSecurityContext()
                .withNewSeccompProfile()
                .withType("Unconfined")
                .endSeccompProfile()
                .withNewAppArmorProfile()
                .withType("Unconfined")
                .endAppArmorProfile()
                .endSecurityContext()
                .withNewResources()
                .addToRequests("cpu", new Quantity(limits.milliCpu() / SHARE + "m"))
                .addToRequests("memory", new Quantity(memory))
                .addToLimits("cpu", new Quantity(limits.milliCpu() + "m"))
                .addToLimits("memory", new Quantity(memory))
                .endResources()
                .withVolumeMounts(
                        mount("data", BuilderScripts.DATA), mount("run", BuilderScripts.RUN))
                .build();
    }

    private static VolumeMount mount(String name, String path) {
        return new VolumeMountBuilder().withName(name).withMountPath(path).build();
    }

    private static Volume volume(String name, @Nullable String medium, long bytes) {
        return new VolumeBuilder()
                .withName(name)
                .withNewEmptyDir()
                .withMedium(medium)
                .withSizeLimit(new Quantity(Long.toString(bytes)))
                .endEmptyDir()
                .build();
    }
}
