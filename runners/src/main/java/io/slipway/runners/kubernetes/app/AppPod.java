package io.slipway.runners.kubernetes.app;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvFromSourceBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.slipway.engine.plan.AppSpec.Health;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.release.Deployer.AppOrder;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How the pod of an app is made: no token, no privileges, what the switch needs of it, and its
/// environment from objects that belong to this release alone.
final class AppPod {
    /// So long a pod that is to end still answers, while whoever routes to it learns that: seconds.
    static final long SLEEP = 5;

    /// So long it has from then on, until it is killed.
    static final long GRACE = 45;

    /// Where a cluster keeps the credential for Slipway's registry.
    static final String PULL = "slipway-registry";

    private static final int TIMEOUT = 2;
    private static final int FAILURES = 3;

    /// What servers that begin as root and change to a user of their own need; all of it is in the
    /// profile `baseline`.
    private static final List<String> CAPABILITIES =
            List.of(
                    "CHOWN",
                    "DAC_OVERRIDE",
                    "FOWNER",
                    "KILL",
                    "NET_BIND_SERVICE",
                    "SETGID",
                    "SETUID");

    /// An app whose pods are counted by their load has to ask for something.
    private static final int LEAST_CPU = 100;

    private AppPod() {}

    static PodTemplateSpec template(String instance, AppOrder order, AppSettings settings) {
        PodSpec spec =
                new PodSpecBuilder(spec(order, settings))
                        .withContainers(app(order, settings))
                        .withRestartPolicy("Always")
                        .withTerminationGracePeriodSeconds(GRACE)
                        .addNewTopologySpreadConstraint()
                        .withMaxSkew(1)
                        .withTopologyKey("kubernetes.io/hostname")
                        .withWhenUnsatisfiable("ScheduleAnyway")
                        .withNewLabelSelector()
                        .withMatchLabels(AppNames.selector(order.placement().app()))
                        .endLabelSelector()
                        .withMatchLabelKeys("pod-template-hash")
                        .endTopologySpreadConstraint()
                        .build();
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withLabels(AppNames.labels(instance, order, AppNames.APP))
                .withAnnotations(
                        new TreeMap<>(
                                Map.of(
                                        AppNames.CONFIGURATION,
                                        configuration(order),
                                        AppNames.PODS,
                                        Integer.toString(pods(order)))))
                .endMetadata()
                .withSpec(spec)
                .build();
    }

    /// How many pods it has, or has at least.
    static int pods(AppOrder order) {
        var scale = order.app().scale();
        return scale == null ? 1 : scale.min();
    }

    /// A checksum of all values but those of secrets.
    static String configuration(AppOrder order) {
        Map<String, String> open = new TreeMap<>(order.env());
        open.keySet().removeAll(order.secret());
        return AppNames.checksum(open.toString());
    }

    /// What the pods of an app and those of its hooks have in common.
    static PodSpec spec(AppOrder order, AppSettings settings) {
        return new PodSpecBuilder()
                .withServiceAccountName(order.placement().app())
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                // The app is not process 1, so that a signal which it does not handle ends it.
                .withShareProcessNamespace(true)
                .withImagePullSecrets(new LocalObjectReference(PULL))
                .withNewSecurityContext()
                .withRunAsNonRoot(settings.restricted() ? Boolean.TRUE : null)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .addNewSysctl()
                .withName("net.ipv4.ip_unprivileged_port_start")
                .withValue("0")
                .endSysctl()
                .endSecurityContext()
                .build();
    }

    private static Container app(AppOrder order, AppSettings settings) {
        ContainerBuilder app =
                container(order, settings)
                        .withArgs(order.command().stream().map(AppPod::literal).toList())
                        .withNewLifecycle()
                        .withNewPreStop()
                        .withNewSleep(SLEEP)
                        .endPreStop()
                        .endLifecycle();
        if (order.port() == 0) {
            return app.build();
        }
        return app.addNewPort()
                .withName("app")
                .withContainerPort(order.port())
                .withProtocol("TCP")
                .endPort()
                .withReadinessProbe(probe(order.app().health(), order.port()))
                .build();
    }

    /// The container with image, environment and limits, which says nothing of what runs in it.
    static ContainerBuilder container(AppOrder order, AppSettings settings) {
        return new ContainerBuilder()
                .withName(AppNames.CONTAINER_NAME)
                .withImage(order.engineId())
                .withImagePullPolicy("IfNotPresent")
                .withEnvFrom(environment(order))
                .withResources(resources(order))
                .withSecurityContext(security(settings));
    }

    /// Whether a container is reached is asked by its node; a file that names no path is content
    /// with a connection.
    private static Probe probe(Health health, int port) {
        ProbeBuilder probe =
                new ProbeBuilder()
                        .withPeriodSeconds((int) Math.max(1, health.everyMillis() / 1000))
                        .withTimeoutSeconds(TIMEOUT)
                        .withFailureThreshold(FAILURES)
                        .withSuccessThreshold(1);
        if (health.path() == null) {
            return probe.withNewTcpSocket().withPort(new IntOrString(port)).endTcpSocket().build();
        }
        return probe.withNewHttpGet()
                .withPath(health.path())
                .withPort(new IntOrString(port))
                .withScheme("HTTP")
                .endHttpGet()
                .build();
    }

    private static List<EnvFromSource> environment(AppOrder order) {
        String name = AppNames.configuration(order);
        List<EnvFromSource> sources = new ArrayList<>();
        sources.add(
                new EnvFromSourceBuilder()
                        .withNewConfigMapRef()
                        .withName(name)
                        .endConfigMapRef()
                        .build());
        if (!order.secret().isEmpty()) {
            sources.add(
                    new EnvFromSourceBuilder()
                            .withNewSecretRef()
                            .withName(name)
                            .endSecretRef()
                            .build());
        }
        return sources;
    }

    private static ResourceRequirements resources(AppOrder order) {
        Resources wanted = order.resources();
        ResourceRequirementsBuilder built = new ResourceRequirementsBuilder();
        var scale = order.app().scale();
        if (wanted.milliCpu() > 0) {
            Quantity cpu = new Quantity(wanted.milliCpu() + "m");
            built.addToLimits("cpu", cpu).addToRequests("cpu", cpu);
        } else if (scale != null && scale.cpu() != null) {
            built.addToRequests("cpu", new Quantity(LEAST_CPU + "m"));
        }
        if (wanted.memoryBytes() > 0) {
            Quantity memory = new Quantity(Long.toString(wanted.memoryBytes()));
            built.addToLimits("memory", memory).addToRequests("memory", memory);
        }
        return built.build();
    }

    private static SecurityContext security(AppSettings settings) {
        return new SecurityContextBuilder()
                .withPrivileged(false)
                .withAllowPrivilegeEscalation(false)
                .withNewCapabilities()
                .withDrop("ALL")
                .withAdd(settings.restricted() ? List.of() : CAPABILITIES)
                .endCapabilities()
                .build();
    }

    /// The cluster puts variables into arguments; a dollar sign of the user's is one.
    static String literal(String argument) {
        return argument.replace("$", "$$");
    }
}
