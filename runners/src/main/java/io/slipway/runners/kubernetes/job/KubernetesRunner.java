package io.slipway.runners.kubernetes.job;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.ClaimLost;
import io.slipway.engine.step.Order;
import io.slipway.engine.step.Runner;
import io.slipway.engine.step.ServiceNotReady;
import io.slipway.fault.Fault;
import io.slipway.runners.kubernetes.KubernetesCluster;
import io.slipway.runners.kubernetes.KubernetesFaults;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// A Kubernetes cluster as runner. The pod of an attempt has the attempt's name, so that the
/// cluster itself refuses a second one and another server finds and adopts it.
///
/// A pod begins with Slipway's helper, which waits for sources and records on its standard input.
/// It succeeds only when all of both have arrived, and without its success no step begins: a pod
/// whose server died before is removed and made anew.
public final class KubernetesRunner implements Runner {
    private static final Logger LOG = LoggerFactory.getLogger(KubernetesRunner.class);
    private static final int TRIES = 5;

    /// How long a container may need to come up when nothing says what is in the way.
    private static final Duration UP = Duration.ofMinutes(15);

    /// How long the pod of a server that died may go on to wait for its input.
    private static final Duration HANDED = Duration.ofSeconds(30);

    private static final Duration GONE = Duration.ofSeconds(40);

    private final Pods pods;
    private final JobSettings settings;
    private final PodServices services;

    /// @param instance 8 hexadecimal digits
    KubernetesRunner(KubernetesClient client, String instance, JobSettings settings) {
        this.settings = settings;
        this.pods = new Pods(client, settings.namespace(), instance);
        this.services = new PodServices(pods, settings.servicesReady());
    }

    /// Makes the policies for the network first, where the cluster enforces them.
    ///
    /// @param instance 8 hexadecimal digits
    /// @param cluster closed by the caller, after the runner
    public static KubernetesRunner connected(
            KubernetesCluster cluster, String instance, JobSettings settings) {
        if (settings.policies()) {
            JobPolicies.apply(cluster.client(), instance, settings.namespace());
        }
        return new KubernetesRunner(cluster.client(), instance, settings);
    }

    /// A cluster makes nothing ready for a pod that is not there yet.
    @Override
    public void prepare(AttemptName attempt, Set<String> images, boolean network) {}

    @Override
    public RunningSteps open(Order order, long resumeAt, Sink sink) throws InterruptedException {
        String what = "cannot start job " + order.name().job();
        if (!order.network() && !settings.policies()) {
            throw new Fault(
                    Fault.Kind.UNAVAILABLE,
                    what
                            + ": it asks for network: none, and nothing is known to hold a pod of"
                            + " this cluster back from the network",
                    "let the cluster enforce NetworkPolicies and say so with"
                            + " SLIPWAY_KUBERNETES_POLICIES=enforced, or run it on another runner");
        }
        PodServices.check(order);
        try {
            for (int i = 1; i <= TRIES; i++) {
                RunningSteps steps = attempt(order, resumeAt, sink);
                if (steps != null) {
                    return steps;
                }
            }
        } catch (ClaimLost | ServiceNotReady e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            if (Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException().initCause(e);
            }
            throw e instanceof Fault fault ? fault : KubernetesFaults.ofCluster(what, e);
        }
        throw new Fault(
                Fault.Kind.UNAVAILABLE,
                what + ": its pod ended " + TRIES + " times before it had its sources",
                "try again");
    }

    /// @return null when something that has been repaired stood in the way
    private @Nullable RunningSteps attempt(Order order, long resumeAt, Sink sink)
            throws IOException, InterruptedException {
        String name = order.name().toString();
        if (resumeAt > 0) {
            if (pods.find(name).isEmpty()) {
                throw new Fault(
                        Fault.Kind.NOT_FOUND,
                        "cannot tell how job " + order.name().job() + " ended: its pod is gone",
                        "retry the run");
            }
            return new FollowingPod(pods, services, order, resumeAt, sink);
        }
        if (pods.create(JobPod.of(order, settings)).isPresent()) {
            if (!handOver(order, sink)) {
                return null;
            }
            return begun(order, sink);
        }
        Optional<Pod> found =
                pods.await(
                        name,
                        HANDED,
                        pod -> pod == null || new PodState(pod).received().isPresent());
        if (found.isPresent() && new PodState(found.get()).received().orElse(-1) == 0) {
            return begun(order, sink);
        }
        // No step of it has begun, or the cluster refuses to remove it.
        pods.find(name).ifPresent(pods::discard);
        awaitGone(name);
        return null;
    }

    /// Gives the pod its sources and records, once its first container waits for them.
    ///
    /// @return whether it took them
    private boolean handOver(Order order, Sink sink) throws IOException, InterruptedException {
        String name = order.name().toString();
        Pod pod = up(order, sink, PodState::receiving);
        if (pod == null) {
            return false;
        }
        try (ExecWatch open =
                pods.pod(name)
                        .inContainer(JobPod.RECEIVE)
                        .withReadyWaitTimeout(0)
                        .redirectingInput()
                        .redirectingOutput()
                        .attach()) {
            Handover handover = new Handover(open.getInput());
            try (OutputStream tree = handover.tree()) {
                order.workTree().writeTar(tree, 0);
            }
            for (Order.OwnContainer own : order.own()) {
                handover.own(own.step(), own.records().get());
            }
            sink.starts();
            handover.records(order.records().get());
            Optional<Pod> taken =
                    pods.await(
                            name,
                            UP,
                            seen -> seen == null || new PodState(seen).received().isPresent());
            if (taken.isPresent() && new PodState(taken.get()).received().orElse(-1) == 0) {
                return true;
            }
        } catch (ClaimLost e) {
            pods.find(name).ifPresent(this::discardUnlessBegun);
            throw e;
        } catch (KubernetesClientException e) {
            LOG.debug("the sources of {} did not arrive", name, e);
        }
        pods.find(name).ifPresent(this::discardUnlessBegun);
        awaitGone(name);
        return false;
    }

    private void discardUnlessBegun(Pod pod) {
        if (new PodState(pod).received().orElse(-1) != 0) {
            pods.discard(pod);
        }
    }

    /// Waits until the steps' container runs or has ended, or something keeps it from it.
    private RunningSteps begun(Order order, Sink sink) throws InterruptedException {
        Pod pod = up(order, sink, PodState::begun);
        if (pod == null) {
            throw FollowingPod.lost(order.name(), "its pod is gone");
        }
        services.awaitReady(order, sink);
        return new FollowingPod(pods, services, order, 0, sink);
    }

    private @Nullable Pod up(Order order, Sink sink, Predicate<PodState> wanted)
            throws InterruptedException {
        String name = order.name().toString();
        String[] told = {""};
        Optional<Pod> found =
                pods.await(
                        name,
                        UP,
                        pod -> {
                            if (pod == null) {
                                return true;
                            }
                            PodState state = new PodState(pod);
                            state.waitsFor()
                                    .filter(line -> !line.equals(told[0]))
                                    .ifPresent(
                                            line -> {
                                                told[0] = line;
                                                sink.progress(line);
                                            });
                            return wanted.test(state)
                                    || state.over()
                                    || state.hindrance(order.name().job()).isPresent();
                        });
        if (found.isEmpty()) {
            return null;
        }
        PodState state = new PodState(found.get());
        Optional<Fault> hindrance = state.hindrance(order.name().job());
        if (hindrance.isPresent()) {
            throw hindrance.get();
        }
        Optional<String> doing = state.clustersDoing();
        if (doing.isPresent() && !wanted.test(state)) {
            throw new Fault(
                    Fault.Kind.UNAVAILABLE,
                    "cannot start job "
                            + order.name().job()
                            + ": the cluster ended its pod: "
                            + doing.get(),
                    "try again");
        }
        return found.get();
    }

    private void awaitGone(String name) throws InterruptedException {
        pods.await(name, GONE, Objects::isNull);
    }

    @Override
    public void remove(AttemptName attempt) {
        try {
            pods.pod(attempt.toString()).withGracePeriod(0).delete();
            awaitGone(attempt.toString());
        } catch (KubernetesClientException e) {
            throw KubernetesFaults.of("cannot remove what job " + attempt.job() + " made", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Set<AttemptName> present() {
        try {
            return pods.present();
        } catch (KubernetesClientException e) {
            throw KubernetesFaults.of("cannot list what jobs made", e);
        }
    }

    @Override
    public void close() {
        pods.close();
    }
}
