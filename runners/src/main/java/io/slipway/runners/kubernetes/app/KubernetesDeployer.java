package io.slipway.runners.kubernetes.app;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.slipway.engine.plan.AppSpec.Health;
import io.slipway.engine.release.Deployer;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.runners.kubernetes.KubernetesCluster;
import io.slipway.runners.kubernetes.KubernetesFaults;
import io.slipway.runners.kubernetes.app.Workloads.Where;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// A Kubernetes cluster as target. An app is one workload, whose pods become those of the newest
/// release one by one, each only when the new one is ready; what its service leads to is the
/// cluster's doing, so that traffic moves also while no server of Slipway runs.
///
/// Which rollout changed a workload last is noted on it with its fence, and each change is made
/// only to the workload as it was looked at: what an earlier rollout still wants is not obeyed.
public final class KubernetesDeployer implements Deployer {
    private final KubernetesClient client;
    private final AppManifests manifests;
    private final Workloads workloads;
    private final Applying applying;
    private final Places places;
    private final Environments environments;
    private final HookJobs hooks;
    private final PodOutput output;

    /// @param instance 8 hexadecimal digits
    KubernetesDeployer(
            KubernetesClient client,
            String instance,
            AppSettings settings,
            PullCredentials credentials) {
        this.client = client;
        this.manifests = new AppManifests(instance, settings);
        this.workloads = new Workloads(client, instance);
        this.applying = new Applying(client);
        this.places = new Places(client, manifests, workloads, applying);
        this.environments = new Environments(client, manifests, credentials);
        this.hooks = new HookJobs(client, workloads, manifests);
        this.output = new PodOutput(client);
    }

    /// @param instance 8 hexadecimal digits
    /// @param cluster closed by the caller, after the deployer
    public static KubernetesDeployer connected(
            KubernetesCluster cluster,
            String instance,
            AppSettings settings,
            PullCredentials credentials) {
        return new KubernetesDeployer(cluster.client(), instance, settings, credentials);
    }

    /// What a cluster knows of an image without a pod that has it is its name.
    @Override
    public ReadyImage pull(String reference, Progress progress) {
        return new ReadyImage(reference, reference, List.of());
    }

    @Override
    public String ensure(BuiltImage image) {
        return manifests.settings().registry() + "/" + image.repository() + "@" + image.digest();
    }

    @Override
    public void start(AppOrder order) {
        String what = "cannot start " + order.placement().app();
        if (!order.volumes().isEmpty()) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    what + ": apps with volumes cannot run in a cluster in this version",
                    "run it on a Docker engine, or keep its data elsewhere");
        }
        Where where = where(order);
        asking(
                what,
                () -> {
                    environments.ensure(order.placement(), applying);
                    workloads.remember(order.container(), where);
                    places.take(order, where);
                    return true;
                });
    }

    @Override
    public boolean isDescribed() {
        return true;
    }

    @Override
    public List<Manifest> manifests(AppOrder order, boolean compared) {
        Where where = where(order);
        return asking(
                "cannot tell the manifests of " + order.placement().app(),
                () -> {
                    String before = places.before(order, where, workloads.find(where));
                    Described described = new Described(client, applying);
                    List<HasMetadata> all = new ArrayList<>(environments.of(order.placement()));
                    all.addAll(manifests.of(order, before));
                    return compared ? described.compared(all) : described.told(all);
                });
    }

    private Where where(AppOrder order) {
        return new Where(manifests.namespace(order.placement()), order.placement().app(), false);
    }

    @Override
    public Condition condition(String container) {
        return asking("cannot look at " + container, () -> conditionOf(container));
    }

    private Condition conditionOf(String container) {
        Where where = workloads.where(container).orElse(null);
        if (where == null) {
            return Condition.NONE;
        }
        if (where.hook()) {
            return hooks.condition(where, container);
        }
        Deployment found = workloads.find(where);
        if (found == null) {
            return Condition.NONE;
        }
        boolean wanted = container.equals(Workloads.wanted(found));
        AppState pods = new AppState(workloads.pods(where, container), Workloads.refused(found));
        if (wanted && container.equals(Workloads.actual(found))) {
            Condition now = pods.condition();
            return Workloads.pods(found) > 0
                    ? now
                    : new Condition(Condition.State.ENDED, 0, false, 0, false, now.run());
        }
        if (!wanted && workloads.past(where, container).isEmpty()) {
            return Condition.NONE;
        }
        Condition now = pods.condition();
        Condition.State state =
                pods.ready().isEmpty() || wanted
                        ? Condition.State.REPLACED
                        : Condition.State.RUNNING;
        return new Condition(state, null, false, 0, false, now.run());
    }

    @Override
    public Answer ask(String container, int port, Health health) {
        return asking(
                "cannot ask " + container,
                () -> {
                    Where where = known(container);
                    Deployment found = workloads.find(where);
                    if (found == null) {
                        throw gone(container);
                    }
                    List<Pod> pods = workloads.pods(where, container);
                    Set<String> own = new HashSet<>();
                    pods.forEach(pod -> own.add(pod.getMetadata().getUid()));
                    boolean others =
                            new AppState(workloads.podsOfApp(where), null)
                                    .alive().stream()
                                            .anyMatch(
                                                    pod ->
                                                            !own.contains(
                                                                    pod.getMetadata().getUid()));
                    return new Readiness(client)
                            .of(
                                    where,
                                    found,
                                    new AppState(pods, Workloads.refused(found)),
                                    others,
                                    port,
                                    health);
                });
    }

    /// Nothing of Slipway's looks into a pod.
    @Override
    public boolean looksInside() {
        return false;
    }

    @Override
    public List<Socket> listening(String container) {
        return List.of();
    }

    @Override
    public boolean reaches(String container, int port) {
        return asking(
                "cannot look at " + container,
                () -> {
                    Service service = service(known(container));
                    return service != null && port(service).getPort() == port;
                });
    }

    @Override
    public String backend(String container, int port) {
        return asking(
                "cannot reach " + container,
                () -> {
                    Service service = service(known(container));
                    if (service == null) {
                        throw gone(container);
                    }
                    String node = manifests.settings().node();
                    return node == null
                            ? bracketed(service.getSpec().getClusterIP()) + ":" + port
                            : bracketed(node) + ":" + port(service).getNodePort();
                });
    }

    private @Nullable Service service(Where where) {
        return client.services().inNamespace(where.namespace()).withName(where.name()).get();
    }

    private static ServicePort port(Service service) {
        return service.getSpec().getPorts().getFirst();
    }

    private static String bracketed(String address) {
        return address.contains(":") ? "[" + address + "]" : address;
    }

    @Override
    public List<String> tail(String container, int lines) {
        return asking(
                "cannot read the log of " + container, () -> output.tail(pods(container), lines));
    }

    /// Its service has the name already.
    @Override
    public void announce(String container) {}

    @Override
    public void withdraw(String container) {}

    @Override
    public void stop(String container, Duration grace) {
        asking(
                "cannot stop " + container,
                () -> {
                    Where where = workloads.where(container).orElse(null);
                    if (where != null && !where.hook()) {
                        places.giveUp(where, container);
                        if (!grace.isZero()) {
                            places.awaitEnd(where, container);
                        }
                    }
                    return true;
                });
    }

    @Override
    public void restart(String container) {
        asking(
                "cannot start " + container + " again",
                () -> {
                    places.giveBack(known(container), container);
                    return true;
                });
    }

    @Override
    public void remove(String container) {
        asking(
                "cannot remove " + container,
                () -> {
                    Where where = workloads.where(container).orElse(null);
                    if (where != null && !where.hook()) {
                        places.remove(where, container);
                    }
                    workloads.forget(container);
                    return true;
                });
    }

    @Override
    public Set<String> present() {
        return asking(
                "cannot look for the apps",
                () -> {
                    Set<String> names = new HashSet<>();
                    for (Deployment workload : workloads.all()) {
                        String wanted = Workloads.wanted(workload);
                        if (wanted != null
                                && workload.getMetadata().getDeletionTimestamp() == null) {
                            names.add(wanted);
                        }
                    }
                    return names;
                });
    }

    @Override
    public void sweep() {
        asking(
                "cannot look for namespaces that nobody needs",
                () -> {
                    environments.sweep();
                    return true;
                });
    }

    @Override
    public void follow(String container, LogMark after, Output output) throws InterruptedException {
        try {
            this.output.follow(() -> pods(container), after, output);
        } catch (KubernetesClientException e) {
            throw KubernetesFaults.of("cannot read the log of " + container, e);
        }
    }

    @Override
    public int exec(String container, List<String> command, byte[] input, Printed printed)
            throws InterruptedException, IOException {
        String program = command.getFirst();
        List<Pod> ready =
                asking("cannot run " + program, () -> new AppState(pods(container), null).ready());
        if (ready.isEmpty()) {
            throw new Fault(
                    Kind.CONFLICT,
                    "cannot run " + program + ": no pod of the app is ready",
                    "see what is wrong with 'slipway status', then try again");
        }
        return new InPod(client).exec(ready.getFirst(), command, input, printed);
    }

    private List<Pod> pods(String container) {
        return workloads
                .where(container)
                .map(where -> workloads.pods(where, container))
                .orElse(List.of());
    }

    @Override
    public void makeHook(AppOrder like, Hook hook) {
        asking(
                "cannot make the job of a hook of " + like.placement().app(),
                () -> {
                    environments.ensure(like.placement(), applying);
                    hooks.make(like, hook, applying);
                    return true;
                });
    }

    @Override
    public Optional<String> startHook(String container, String as) {
        return asking("cannot start " + container, () -> hooks.start(container));
    }

    @Override
    public void removeHook(String container) {
        asking(
                "cannot remove " + container,
                () -> {
                    hooks.remove(container);
                    return true;
                });
    }

    @Override
    public Set<String> hooks() {
        return asking("cannot look for the jobs of hooks", hooks::names);
    }

    private Where known(String container) {
        return workloads.where(container).orElseThrow(() -> gone(container));
    }

    private static Fault gone(String container) {
        return Places.gone(container);
    }

    private static <T> T asking(String what, Supplier<T> question) {
        try {
            return Objects.requireNonNull(question.get());
        } catch (KubernetesClientException e) {
            throw KubernetesFaults.of(what, e);
        }
    }
}
