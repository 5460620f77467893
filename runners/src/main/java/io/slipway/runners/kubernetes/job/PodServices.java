package io.slipway.runners.kubernetes.job;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.step.Order;
import io.slipway.engine.step.Runner.ServiceEnd;
import io.slipway.engine.step.Runner.Sink;
import io.slipway.engine.step.ServiceNotReady;
import io.slipway.engine.workspace.Service;
import io.slipway.fault.Fault;
import io.slipway.runners.kubernetes.KubernetesFaults;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The services in a job's pod: containers like the steps' own, which the cluster asks whether they
/// are ready. They share the pod's address, and end with the pod.
final class PodServices {
    /// On a pod whose steps were allowed to begin.
    static final String BEGUN = "slipway.io/begun";

    private static final int TOLD_LINES = 200;
    private static final int BUFFER = 32 << 10;
    private static final int REFUSED = 400;
    private static final int ABSENT = 404;

    private final Pods pods;
    private final Duration within;

    /// @param within how long they may take until they are ready
    PodServices(Pods pods, Duration within) {
        this.pods = pods;
        this.within = within;
    }

    /// Name of a service's container.
    static String container(String service) {
        return "service-" + service;
    }

    /// Refuses services that cannot share an address.
    static void check(Order order) {
        Set<Integer> ports = new HashSet<>();
        for (Service service : order.services()) {
            Service.Ready ready = service.ready();
            if (ready != null && !ports.add(ready.port())) {
                throw new Fault(
                        Fault.Kind.CONFIGURATION,
                        "cannot start job "
                                + order.name().job()
                                + ": two of its services answer at port "
                                + ready.port()
                                + ", and on Kubernetes the services of a job share one address",
                        "let one of them listen at another port");
            }
        }
    }

    /// Waits until each is ready, and notes on the pod that the steps may begin. Does nothing when
    /// that was noted before.
    ///
    /// @throws ServiceNotReady when one is not in time, or has ended before
    /// @throws io.slipway.engine.run.ClaimLost when the claim is lost: nothing is noted then
    void awaitReady(Order order, Sink sink) throws InterruptedException {
        if (order.services().isEmpty() || begun(order.name())) {
            return;
        }
        long until = System.nanoTime() + within.toNanos();
        for (Service service : order.services()) {
            sink.progress("waits for service " + service.name());
            awaitReady(order, service, until);
        }
        order.records().get();
        pods.pod(order.name().toString())
                .edit(
                        pod -> {
                            pod.getMetadata().getAnnotations().put(BEGUN, "true");
                            return pod;
                        });
    }

    private boolean begun(AttemptName attempt) {
        return pods.find(attempt.toString())
                .map(pod -> pod.getMetadata().getAnnotations())
                .filter(annotations -> annotations.containsKey(BEGUN))
                .isPresent();
    }

    private void awaitReady(Order order, Service service, long until) throws InterruptedException {
        String container = container(service.name());
        long job = order.name().job();
        Optional<Pod> found =
                pods.await(
                        order.name().toString(),
                        Duration.ofNanos(Math.max(0, until - System.nanoTime())),
                        pod -> pod == null || settled(new PodState(pod), service, job));
        Service.Ready ready = service.ready();
        if (found.isEmpty() && pods.find(order.name().toString()).isEmpty()) {
            throw FollowingPod.lost(order.name(), "its pod is gone");
        }
        if (found.isEmpty()) {
            throw notReady(
                    order.name(),
                    service,
                    (ready == null
                                    ? "did not start"
                                    : "did not answer "
                                            + (ready.path() == null
                                                    ? ""
                                                    : "GET " + ready.path() + " ")
                                            + "at port "
                                            + ready.port())
                            + " within "
                            + within.toSeconds()
                            + " s");
        }
        PodState state = new PodState(found.get());
        Optional<Fault> hindrance = state.hindrance(job);
        if (hindrance.isPresent()) {
            throw hindrance.get();
        }
        Optional<ContainerStateTerminated> ended = state.ended(container);
        if (ended.isPresent() && ready != null) {
            throw notReady(
                    order.name(),
                    service,
                    "ended with exit code "
                            + ended.get().getExitCode()
                            + (outOfMemory(ended.get()) ? ", out of memory," : "")
                            + " before it was ready");
        }
        if (ended.isEmpty() && state.over()) {
            throw FollowingPod.lost(order.name(), "its pod ended before its services were ready");
        }
    }

    private static boolean settled(PodState state, Service service, long job) {
        String container = container(service.name());
        return state.ended(container).isPresent()
                || (service.ready() == null ? state.runs(container) : state.ready(container))
                || state.over()
                || state.hindrance(job).isPresent();
    }

    private ServiceNotReady notReady(AttemptName attempt, Service service, String why) {
        List<String> lines = List.of();
        try {
            String log =
                    pods.pod(attempt.toString())
                            .inContainer(container(service.name()))
                            .tailingLines(TOLD_LINES)
                            .getLog();
            lines = log.lines().toList();
        } catch (KubernetesClientException e) {
            // it has printed nothing that could be told
        }
        return new ServiceNotReady(service.name(), why, lines);
    }

    /// How each was when the steps had ended: the same at each call.
    ///
    /// @param stopped whether the pod's time was ended, and what ran then with it
    static List<ServiceEnd> ends(Order order, PodState state, boolean stopped) {
        String stepsEnded = state.steps().map(ContainerStateTerminated::getFinishedAt).orElse(null);
        List<ServiceEnd> ends = new ArrayList<>();
        for (Service service : order.services()) {
            ContainerStateTerminated ended =
                    state.ended(container(service.name()))
                            .filter(e -> before(e.getFinishedAt(), stepsEnded, stopped))
                            .orElse(null);
            ends.add(
                    new ServiceEnd(
                            service.name(),
                            ended == null ? null : ended.getExitCode(),
                            ended != null && outOfMemory(ended)));
        }
        return ends;
    }

    /// Times are whole seconds. What a stop ends does not end before the steps got their notice.
    private static boolean before(
            @Nullable String ended, @Nullable String stepsEnded, boolean stopped) {
        if (ended == null || stepsEnded == null) {
            return ended != null && !stopped;
        }
        Instant end = Instant.parse(stepsEnded);
        return stopped
                ? Instant.parse(ended).isBefore(end.minusSeconds(JobPod.GRACE + 2))
                : !Instant.parse(ended).isAfter(end);
    }

    private static boolean outOfMemory(ContainerStateTerminated ended) {
        return "OOMKilled".equals(ended.getReason());
    }

    /// Takes what one has printed.
    interface Into {
        void take(byte[] bytes, int length);
    }

    /// Copies what one has printed and its node has kept: the last 10 MiB at most.
    void copyLog(AttemptName attempt, String service, Into into) throws IOException {
        try (InputStream log =
                pods.pod(attempt.toString()).inContainer(container(service)).getLogInputStream()) {
            byte[] buffer = new byte[BUFFER];
            for (int n = log.read(buffer); n >= 0; n = log.read(buffer)) {
                into.take(buffer, n);
            }
        } catch (KubernetesClientException e) {
            if (e.getCode() != REFUSED && e.getCode() != ABSENT) {
                throw new IOException(KubernetesFaults.of("cannot read a log", e).message(), e);
            }
            // its container never began
        }
    }
}
