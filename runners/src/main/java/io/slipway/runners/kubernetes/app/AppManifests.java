package io.slipway.runners.kubernetes.app;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpecBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBuilder;
import io.slipway.engine.definition.Environment.Scale;
import io.slipway.engine.release.Deployer.AppOrder;
import io.slipway.engine.release.Placement;
import io.slipway.runners.kubernetes.KubernetesLabels;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// A release as the objects of a cluster: what a person would have written, and nothing that
/// differs from one call to the next.
///
/// @param instance 8 hexadecimal digits
record AppManifests(String instance, AppSettings settings) {
    /// So many releases before the one that serves can be brought back without Slipway, by `kubectl
    /// rollout undo`.
    private static final int HISTORY = 3;

    /// A worker that ends at once does not take the place of one that runs.
    private static final int WORKER_READY = 2;

    /// The cluster's own limit has to be above that of Slipway, which says why.
    private static final int SLACK_SECONDS = 600;

    /// Everything, in the order in which it is applied, but for the namespace.
    ///
    /// @param before the container that has the place now, and serves; null for none
    List<HasMetadata> of(AppOrder order, @Nullable String before) {
        AppDoors doors = new AppDoors(order, settings);
        List<HasMetadata> all = new ArrayList<>();
        all.addAll(beneath(order));
        all.add(doors.policy(meta(order)));
        if (order.port() != 0) {
            all.add(doors.service(meta(order)));
            all.add(doors.budget(meta(order)));
            doors.door(meta(order)).ifPresent(all::add);
        }
        all.add(deployment(order, before));
        Scale scale = order.app().scale();
        if (scale != null && scale.cpu() != null) {
            all.add(autoscaler(order, scale));
        }
        return all;
    }

    /// What the pods of an app and of its hooks need.
    List<HasMetadata> beneath(AppOrder order) {
        List<HasMetadata> all = new ArrayList<>();
        all.add(account(order));
        all.add(configuration(order));
        if (!order.secret().isEmpty()) {
            all.add(secret(order));
        }
        return all;
    }

    String namespace(Placement at) {
        return AppNames.namespace(settings.prefix(), at);
    }

    /// The namespace of a project's environment.
    Namespace environment(Placement at) {
        Map<String, String> labels = KubernetesLabels.of(instance, AppNames.ENVIRONMENT);
        labels.put(
                "pod-security.kubernetes.io/enforce",
                settings.restricted() ? "restricted" : "baseline");
        return new NamespaceBuilder()
                .withNewMetadata()
                .withName(namespace(at))
                .withLabels(labels)
                .withAnnotations(
                        KubernetesLabels.annotations(
                                Map.of("project", at.project(), "environment", at.environment())))
                .endMetadata()
                .build();
    }

    private ObjectMeta meta(AppOrder order) {
        return new ObjectMetaBuilder()
                .withName(order.placement().app())
                .withNamespace(namespace(order.placement()))
                .withLabels(AppNames.labels(instance, order.placement(), AppNames.APP))
                .build();
    }

    private ObjectMeta configurationMeta(AppOrder order) {
        return new ObjectMetaBuilder()
                .withName(AppNames.configuration(order))
                .withNamespace(namespace(order.placement()))
                .withLabels(AppNames.labels(instance, order, AppNames.APP))
                .build();
    }

    private ServiceAccount account(AppOrder order) {
        return new ServiceAccountBuilder()
                .withMetadata(meta(order))
                .withAutomountServiceAccountToken(false)
                .build();
    }

    private ConfigMap configuration(AppOrder order) {
        Map<String, String> open = new TreeMap<>(order.env());
        open.keySet().removeAll(order.secret());
        return new ConfigMapBuilder()
                .withMetadata(configurationMeta(order))
                .withImmutable(true)
                .withData(open)
                .build();
    }

    private Secret secret(AppOrder order) {
        Map<String, String> data = new TreeMap<>();
        for (String name : order.secret()) {
            String value = Objects.requireNonNull(order.env().get(name));
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            data.put(name, Base64.getEncoder().encodeToString(bytes));
        }
        return new SecretBuilder()
                .withMetadata(configurationMeta(order))
                .withImmutable(true)
                .withType("Opaque")
                .withData(data)
                .build();
    }

    /// The credential by which nodes fetch images from Slipway's registry.
    ///
    /// @param config as Docker's client keeps it
    Secret pull(Placement at, String config) {
        byte[] bytes = config.getBytes(StandardCharsets.UTF_8);
        return new SecretBuilder()
                .withNewMetadata()
                .withName(AppPod.PULL)
                .withNamespace(namespace(at))
                .withLabels(KubernetesLabels.of(instance, AppNames.ENVIRONMENT))
                .endMetadata()
                .withType("kubernetes.io/dockerconfigjson")
                .withData(Map.of(".dockerconfigjson", Base64.getEncoder().encodeToString(bytes)))
                .build();
    }

    private Deployment deployment(AppOrder order, @Nullable String before) {
        Scale scale = order.app().scale();
        Map<String, String> notes = new TreeMap<>();
        notes.put(AppNames.WANTED, order.container());
        notes.put(AppNames.FENCE, Long.toString(order.fence()));
        notes.put(AppNames.PLACEMENT, Long.toString(order.placement().id()));
        if (before != null) {
            notes.put(AppNames.BEFORE, before);
        }
        ObjectMeta meta = meta(order);
        meta.setAnnotations(notes);
        boolean counted = scale != null && scale.cpu() != null;
        return workload(
                meta,
                counted ? null : AppPod.pods(order),
                AppPod.template(instance, order, settings),
                order);
    }

    private static Deployment workload(
            ObjectMeta meta, @Nullable Integer pods, PodTemplateSpec template, AppOrder order) {
        long within = order.app().health().withinMillis() / 1000;
        return new DeploymentBuilder()
                .withMetadata(meta)
                .withSpec(
                        new DeploymentSpecBuilder()
                                .withReplicas(pods)
                                .withMinReadySeconds(order.port() == 0 ? WORKER_READY : 0)
                                .withRevisionHistoryLimit(HISTORY)
                                .withProgressDeadlineSeconds((int) within + SLACK_SECONDS)
                                .withNewSelector()
                                .withMatchLabels(AppNames.selector(order.placement().app()))
                                .endSelector()
                                .withNewStrategy()
                                .withType("RollingUpdate")
                                .withNewRollingUpdate()
                                .withMaxUnavailable(new IntOrString(0))
                                .withMaxSurge(new IntOrString(1))
                                .endRollingUpdate()
                                .endStrategy()
                                .withTemplate(template)
                                .build())
                .build();
    }

    private HorizontalPodAutoscaler autoscaler(AppOrder order, Scale scale) {
        return new HorizontalPodAutoscalerBuilder()
                .withMetadata(meta(order))
                .withNewSpec()
                .withNewScaleTargetRef("apps/v1", "Deployment", order.placement().app())
                .withMinReplicas(scale.min())
                .withMaxReplicas(scale.max())
                .addNewMetric()
                .withType("Resource")
                .withNewResource()
                .withName("cpu")
                .withNewTarget()
                .withType("Utilization")
                .withAverageUtilization(scale.cpu())
                .endTarget()
                .endResource()
                .endMetric()
                .endSpec()
                .build();
    }
}
