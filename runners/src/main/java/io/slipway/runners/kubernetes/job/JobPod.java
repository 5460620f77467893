package io.slipway.runners.kubernetes.job;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HostAlias;
import io.fabric8.kubernetes.api.model.HostAliasBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.TCPSocketAction;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.step.Order;
import io.slipway.engine.step.Starter;
import io.slipway.engine.workspace.Service;
import io.slipway.runners.kubernetes.KubernetesLabels;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// How the pod of a job is made: the fixed starter and nothing else in argv and environment, no
/// token, no privileges, limits, a workspace of its own. Sources and records come to its first
/// container over an attached stream, so that no secret is in the pod's description.
final class JobPod {
    /// The kind of what a job makes, in its label.
    static final String KIND = "job";

    /// The first container: takes sources and records, and ends.
    static final String RECEIVE = "receive";

    /// The steps' container.
    static final String STEPS = "steps";

    /// The container that keeps what they print.
    static final String SERVE = "slipway";

    /// The label that policies for the network select by: `none` or `egress`.
    static final String NETWORK = "slipway.io/network";

    private static final String HELPER_FOLDER = "/slipway";

    /// What installing packages needs, and nothing else; all of it is in the profile `baseline`.
    private static final List<String> CAPABILITIES =
            List.of(
                    "CHOWN",
                    "DAC_OVERRIDE",
                    "FOWNER",
                    "FSETID",
                    "KILL",
                    "SETFCAP",
                    "SETGID",
                    "SETUID");

    private static final List<String> HELPER_CAPABILITIES =
            List.of("CHOWN", "DAC_OVERRIDE", "FOWNER");

    /// Shows the helper by a file who the image's user is, then waits for the records: opening the
    /// pipe waits for the helper, who writes them once the workspace is that user's.
    private static final String WAIT =
            ": > "
                    + Starter.FOLDER
                    + "/me || exit 91; exec /bin/sh -c \"$1\" < "
                    + Starter.FOLDER
                    + "/in > "
                    + Starter.FOLDER
                    + "/out 9> "
                    + Starter.FOLDER
                    + "/alive";

    /// A pod is asked to end for so long, in seconds, before it is killed.
    static final int GRACE = 5;

    /// Of a job's processor time so much is set aside for it: a tenth, as on a Docker engine.
    private static final int SHARE = 10;

    private JobPod() {}

    static Pod of(Order order, JobSettings settings) {
        Map<String, String> labels = KubernetesLabels.of(order.name(), KIND);
        labels.put(NETWORK, order.network() ? "egress" : "none");
        return new PodBuilder()
                .withNewMetadata()
                .withName(order.name().toString())
                .withNamespace(settings.namespace())
                .withLabels(labels)
                .withAnnotations(KubernetesLabels.annotations(order.labels()))
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .withHostname("job-" + order.name().job())
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withTerminationGracePeriodSeconds((long) GRACE)
                .withNodeSelector(settings.nodes())
                .withTolerations(settings.tolerations())
                .withRuntimeClassName(settings.runtimeClass())
                .withNewSecurityContext()
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .withInitContainers(
                        helper(RECEIVE, "receive", settings).withStdinOnce(true).build())
                .withHostAliases(names(order))
                .withContainers(containers(order, settings))
                .withVolumes(volumes(settings))
                .endSpec()
                .build();
    }

    private static List<Container> containers(Order order, JobSettings settings) {
        List<Container> containers = new ArrayList<>();
        containers.add(steps(order));
        ContainerBuilder serve = helper(SERVE, "serve", settings);
        containers.add(
                order.services().isEmpty() ? serve.build() : serve.addToArgs("wait").build());
        order.services().forEach(service -> containers.add(service(order, service)));
        order.own().forEach(own -> containers.add(own(order, own)));
        return containers;
    }

    /// Services share the pod's address.
    private static List<HostAlias> names(Order order) {
        if (order.services().isEmpty()) {
            return List.of();
        }
        return List.of(
                new HostAliasBuilder()
                        .withIp("127.0.0.1")
                        .withHostnames(order.services().stream().map(Service::name).toList())
                        .build());
    }

    private static Container service(Order order, Service service) {
        ContainerBuilder container =
                new ContainerBuilder()
                        .withName(PodServices.container(service.name()))
                        .withImage(service.image())
                        .withImagePullPolicy("IfNotPresent")
                        .withEnv(
                                service.env().entrySet().stream()
                                        .map(
                                                e ->
                                                        new EnvVar(
                                                                e.getKey(),
                                                                literal(e.getValue()),
                                                                null))
                                        .toList())
                        .withArgs(service.command().stream().map(JobPod::literal).toList())
                        .withSecurityContext(security(CAPABILITIES))
                        .withResources(limits(order.resources()));
        Service.Ready ready = service.ready();
        if (ready != null) {
            ProbeBuilder probe =
                    new ProbeBuilder()
                            .withPeriodSeconds(1)
                            .withTimeoutSeconds(2)
                            .withFailureThreshold(1);
            IntOrString port = new IntOrString(ready.port());
            container.withReadinessProbe(
                    ready.path() == null
                            ? probe.withTcpSocket(new TCPSocketAction(null, port)).build()
                            : probe.withNewHttpGet()
                                    .withPath(ready.path())
                                    .withPort(port)
                                    .endHttpGet()
                                    .build());
        }
        return container.build();
    }

    /// The cluster would fill in `$(NAME)`.
    private static String literal(String text) {
        return text.replace("$(", "$$(");
    }

    private static Container own(Order order, Order.OwnContainer own) {
        return new ContainerBuilder()
                .withName("step-" + own.step())
                .withImage(own.image())
                .withImagePullPolicy("IfNotPresent")
                .withCommand(
                        Starter.FOLDER + "/step",
                        "step",
                        Integer.toString(own.step()),
                        literal(Starter.argvElsewhere().getLast()))
                .withWorkingDir(Starter.WORKSPACE)
                .withSecurityContext(
                        new SecurityContextBuilder(security(CAPABILITIES))
                                .withRunAsUser(0L)
                                .build())
                .withResources(limits(order.resources()))
                .withVolumeMounts(
                        mount("workspace", Starter.WORKSPACE), mount("run", Starter.FOLDER))
                .build();
    }

    private static ContainerBuilder helper(String name, String word, JobSettings settings) {
        return new ContainerBuilder()
                .withName(name)
                .withImage(settings.helper())
                .withArgs(word)
                .withStdin(true)
                .withSecurityContext(user0(HELPER_CAPABILITIES))
                .withResources(
                        new ResourceRequirementsBuilder()
                                .addToRequests("cpu", new Quantity("10m"))
                                .addToRequests("memory", new Quantity("16Mi"))
                                .addToLimits("memory", new Quantity("128Mi"))
                                .build())
                .withVolumeMounts(
                        mount("workspace", Starter.WORKSPACE),
                        mount("run", Starter.FOLDER),
                        mount("helper", HELPER_FOLDER),
                        mount("spool", HELPER_FOLDER + "/spool"));
    }

    private static Container steps(Order order) {
        List<String> argv = new ArrayList<>(List.of("/bin/sh", "-c", WAIT, "slipway"));
        argv.add(literal(Starter.argv().getLast()));
        return new ContainerBuilder()
                .withName(STEPS)
                .withImage(order.image())
                .withImagePullPolicy("IfNotPresent")
                .withCommand(argv)
                .withWorkingDir(Starter.WORKSPACE)
                .withSecurityContext(security(CAPABILITIES))
                .withResources(limits(order.resources()))
                .withVolumeMounts(
                        mount("workspace", Starter.WORKSPACE), mount("run", Starter.FOLDER))
                .build();
    }

    private static List<Volume> volumes(JobSettings settings) {
        return List.of(
                new VolumeBuilder()
                        .withName("workspace")
                        .withNewEmptyDir()
                        .withSizeLimit(bytes(settings.workspaceBytes()))
                        .endEmptyDir()
                        .build(),
                memory("run", "32Mi"),
                memory("helper", "64Mi"),
                new VolumeBuilder()
                        .withName("spool")
                        .withNewEmptyDir()
                        .withSizeLimit(new Quantity("1Gi"))
                        .endEmptyDir()
                        .build());
    }

    private static Volume memory(String name, String size) {
        return new VolumeBuilder()
                .withName(name)
                .withNewEmptyDir()
                .withMedium("Memory")
                .withSizeLimit(new Quantity(size))
                .endEmptyDir()
                .build();
    }

    private static VolumeMount mount(String volume, String path) {
        return new VolumeMountBuilder().withName(volume).withMountPath(path).build();
    }

    private static SecurityContext user0(List<String> capabilities) {
        return new SecurityContextBuilder(security(capabilities))
                .withRunAsUser(0L)
                .withReadOnlyRootFilesystem(true)
                .build();
    }

    private static SecurityContext security(List<String> capabilities) {
        return new SecurityContextBuilder()
                .withPrivileged(false)
                .withAllowPrivilegeEscalation(false)
                .withNewCapabilities()
                .withDrop("ALL")
                .withAdd(capabilities)
                .endCapabilities()
                .build();
    }

    private static ResourceRequirements limits(Resources resources) {
        ResourceRequirementsBuilder limits = new ResourceRequirementsBuilder();
        if (resources.milliCpu() > 0) {
            limits.addToLimits("cpu", new Quantity(resources.milliCpu() + "m"))
                    .addToRequests(
                            "cpu", new Quantity(Math.max(1, resources.milliCpu() / SHARE) + "m"));
        }
        if (resources.memoryBytes() > 0) {
            limits.addToLimits("memory", bytes(resources.memoryBytes()))
                    .addToRequests("memory", bytes(resources.memoryBytes()));
        }
        return limits.build();
    }

    private static Quantity bytes(long bytes) {
        return new Quantity(Long.toString(bytes));
    }
}
