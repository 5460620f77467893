package io.slipway.runners.kubernetes.job;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.step.Order;
import io.slipway.engine.step.Runner.Exit;
import io.slipway.engine.step.Runner.RunningSteps;
import io.slipway.engine.step.Runner.ServiceEnd;
import io.slipway.engine.step.Runner.Sink;
import io.slipway.fault.Fault;
import io.slipway.runners.kubernetes.KubernetesFaults;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// Follows one pod to its end, on a thread of its own. Its helper keeps what the steps print until
/// it is told that somebody has it, so a stream that breaks is gone on with at the next byte.
final class FollowingPod implements RunningSteps {
    private static final Logger LOG = LoggerFactory.getLogger(FollowingPod.class);

    /// How long a cluster may be away before what it ran counts as lost.
    private static final Duration AWAY = Duration.ofMinutes(2);

    /// How long a pod's output may be waited for once the pod is over.
    private static final Duration LAST = Duration.ofSeconds(20);

    private static final long AGAIN_MILLIS = 250;

    /// So much is taken before the helper is told.
    private static final int ACK = 256 << 10;

    private static final int SESSION_BYTES = 12;
    private static final int KILLED = 137;

    private final Pods pods;
    private final PodServices services;
    private final Order order;
    private final AttemptName attempt;
    private final Sink sink;
    private final CompletableFuture<Exit> exit = new CompletableFuture<>();
    private volatile boolean closed;
    private volatile boolean stopped;
    private volatile @Nullable ExecWatch stream;
    private volatile String session = "";

    /// Up to where the output was given on.
    private long next;

    /// Whether a stream that was followed has broken off.
    private boolean broken;

    /// Where the output of the steps ends, once that is known, and that of the first service
    /// begins.
    private long stepsEnd = -1;

    /// @param resumeAt bytes of the output that are known already
    FollowingPod(Pods pods, PodServices services, Order order, long resumeAt, Sink sink) {
        this.pods = pods;
        this.services = services;
        this.order = order;
        this.attempt = order.name();
        this.sink = sink;
        this.next = resumeAt;
        Thread.ofVirtual().name("output-" + attempt.job()).start(this::run);
        Thread.ofVirtual().name("ending-" + attempt.job()).start(this::tellEnd);
    }

    static Fault lost(AttemptName attempt, String why) {
        return new Fault(
                Fault.Kind.UNAVAILABLE,
                "cannot tell how job " + attempt.job() + " ended: " + why,
                "retry the run");
    }

    @Override
    public Exit await() throws InterruptedException {
        try {
            return exit.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw KubernetesFaults.of("cannot follow job " + attempt.job(), e);
        }
    }

    /// A pod has no other way to end its containers and to keep what they left: its time is over.
    @Override
    public void stop() {
        stopped = true;
        Thread.ofVirtual()
                .name("stop-" + attempt.job())
                .start(
                        () -> {
                            long until = System.nanoTime() + AWAY.toNanos();
                            while (System.nanoTime() < until && !ended()) {
                                pause();
                            }
                        });
    }

    private boolean ended() {
        try {
            pods.pod(attempt.toString())
                    .edit(
                            pod -> {
                                pod.getSpec().setActiveDeadlineSeconds(1L);
                                return pod;
                            });
            return true;
        } catch (KubernetesClientException e) {
            if (KubernetesFaults.notFound(e)) {
                return true;
            }
            LOG.debug("job {} is stopped later", attempt.job(), e);
            return false;
        }
    }

    @Override
    public void close() {
        closed = true;
        ExecWatch open = stream;
        if (open != null) {
            open.close();
        }
    }

    private void run() {
        try {
            exit.complete(follow());
        } catch (Throwable e) {
            exit.completeExceptionally(e);
        } finally {
            close();
        }
    }

    /// Beside the stream: the helper cannot see that the steps have ended when they never opened
    /// their pipe.
    private void tellEnd() {
        try {
            while (!closed) {
                Optional<Pod> found =
                        pods.await(
                                attempt.toString(),
                                AWAY,
                                pod -> pod == null || new PodState(pod).steps().isPresent());
                if (found.isPresent() && new PodState(found.get()).steps().isPresent()) {
                    ExecWatch open = stream;
                    if (open != null) {
                        request(open.getInput(), "ended", 0);
                    }
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            LOG.debug("the end of job {} is seen in the stream", attempt.job(), e);
        }
    }

    private Exit follow() throws InterruptedException {
        long away = System.nanoTime() + AWAY.toNanos();
        boolean complete = false;
        while (!closed) {
            try {
                Pod pod = pods.find(attempt.toString()).orElse(null);
                if (pod == null) {
                    throw lost(attempt, "its pod is gone");
                }
                away = System.nanoTime() + AWAY.toNanos();
                PodState state = new PodState(pod);
                if (complete) {
                    PodState end = awaitEnd();
                    return withServices(exit(end), end);
                }
                if (state.stopping() && broken) {
                    // Nothing is left to attach to, and the cluster takes its time to say so.
                    awaitOver();
                    return unserved(state());
                }
                if (state.serving()) {
                    complete = copy();
                } else if (state.served() || state.over()) {
                    return unserved(state);
                }
            } catch (IOException | KubernetesClientException e) {
                if (System.nanoTime() > away) {
                    throw KubernetesFaults.of("cannot follow job " + attempt.job(), e);
                }
                broken = true;
                LOG.debug("the stream of {} broke at {}", attempt, next, e);
            }
            if (!complete) {
                pause();
            }
        }
        throw lost(attempt, "it was let go");
    }

    /// The helper is gone, and what it had kept with it.
    private Exit unserved(PodState state) throws InterruptedException {
        Optional<Fault> hindrance = state.hindrance(attempt.job());
        if (hindrance.isPresent()) {
            throw hindrance.get();
        }
        Optional<String> doing = state.clustersDoing();
        if (doing.isPresent() && !stopped) {
            throw lost(attempt, "the cluster ended its pod: " + doing.get());
        }
        if (stopped || state.stopped()) {
            return withServices(
                    new Exit(
                            state.steps().map(ContainerStateTerminated::getExitCode).orElse(KILLED),
                            false,
                            0,
                            0),
                    state);
        }
        sink.gap();
        throw lost(attempt, "the rest of its output was lost with its pod");
    }

    /// Gives on what each service has printed.
    private Exit withServices(Exit steps, PodState state) throws InterruptedException {
        if (order.services().isEmpty()) {
            return steps;
        }
        List<ServiceEnd> ends = PodServices.ends(order, state, stopped || state.stopped());
        long from = stepsEnd < 0 ? next : stepsEnd;
        for (ServiceEnd end : ends) {
            sink.service(end, from);
            from = copyLog(end.name(), from);
        }
        return new Exit(
                steps.code(), steps.outOfMemory(), steps.memoryLimit(), steps.memoryPeak(), ends);
    }

    /// @param begin where its output begins
    /// @return where it ends
    private long copyLog(String service, long begin) throws InterruptedException {
        long away = System.nanoTime() + AWAY.toNanos();
        while (!closed) {
            long[] at = {begin};
            try {
                services.copyLog(
                        attempt,
                        service,
                        (bytes, length) -> {
                            int known = (int) Math.min(length, Math.max(0, next - at[0]));
                            at[0] += length;
                            if (known < length) {
                                next = at[0];
                                sink.output(bytes, known, length - known, next);
                            }
                        });
                return at[0];
            } catch (IOException e) {
                if (System.nanoTime() > away) {
                    throw KubernetesFaults.of("cannot follow job " + attempt.job(), e);
                }
            }
            pause();
        }
        throw lost(attempt, "it was let go");
    }

    private PodState state() {
        return pods.find(attempt.toString())
                .map(PodState::new)
                .orElseThrow(() -> lost(attempt, "its pod is gone"));
    }

    /// Waits until nothing runs in a pod whose time is over, a while at most.
    private void awaitOver() throws InterruptedException {
        pods.await(attempt.toString(), LAST, pod -> pod == null || new PodState(pod).still());
    }

    private PodState awaitEnd() throws InterruptedException {
        return pods.await(
                        attempt.toString(),
                        AWAY,
                        pod ->
                                pod == null
                                        || new PodState(pod).steps().isPresent()
                                        || new PodState(pod).over())
                .map(PodState::new)
                .orElseThrow(() -> lost(attempt, "its pod is gone"));
    }

    private Exit exit(PodState state) {
        Optional<String> doing = state.clustersDoing();
        if (doing.isPresent() && !stopped && !state.stopped()) {
            throw lost(attempt, "the cluster ended its pod: " + doing.get());
        }
        ContainerStateTerminated ended =
                state.steps().orElseThrow(() -> lost(attempt, "its pod does not say how it ended"));
        boolean memory = "OOMKilled".equals(ended.getReason());
        long limit = memoryLimit(state.pod());
        return new Exit(ended.getExitCode(), memory, limit, memory ? limit : 0);
    }

    private static long memoryLimit(Pod pod) {
        return pod.getSpec().getContainers().stream()
                .filter(c -> c.getName().equals(JobPod.STEPS))
                .map(c -> c.getResources().getLimits().get("memory"))
                .filter(Objects::nonNull)
                .map(Quantity::getAmountInBytes)
                .mapToLong(BigDecimal::longValue)
                .findFirst()
                .orElse(0);
    }

    /// Copies the output from the next byte on.
    ///
    /// @return whether it has ended, rather than the stream broken
    private boolean copy() throws IOException {
        byte[] random = new byte[SESSION_BYTES];
        new SecureRandom().nextBytes(random);
        String own = HexFormat.of().formatHex(random);
        try (ExecWatch open =
                pods.pod(attempt.toString())
                        .inContainer(JobPod.SERVE)
                        .withReadyWaitTimeout(0)
                        .redirectingInput()
                        .redirectingOutput()
                        .attach()) {
            stream = open;
            if (closed) {
                return false;
            }
            OutputStream requests = open.getInput();
            this.session = own;
            request(requests, "follow", next);
            if (!order.services().isEmpty()) {
                request(requests, "begin", 0);
            }
            Pod pod = pods.find(attempt.toString()).orElse(null);
            if (pod != null && new PodState(pod).steps().isPresent()) {
                request(requests, "ended", 0);
            }
            OutputFrames frames = new OutputFrames(open.getOutput(), own);
            long acked = next;
            while (true) {
                OutputFrames.Frame frame = frames.next();
                switch (frame.kind()) {
                    case "data" -> take(frame);
                    case "gap" -> {
                        sink.gap();
                        next = frame.offset();
                    }
                    case "end" -> {
                        stepsEnd = frame.offset();
                        return true;
                    }
                    default -> throw new IOException("the helper sent a frame " + frame.kind());
                }
                if (next - acked >= ACK) {
                    acked = next;
                    request(requests, "ack", acked);
                }
            }
        } finally {
            stream = null;
        }
    }

    private void take(OutputFrames.Frame frame) throws IOException {
        if (frame.offset() != next) {
            throw new IOException(
                    "the helper sent byte " + frame.offset() + " where " + next + " was due");
        }
        next += frame.bytes().length;
        sink.output(frame.bytes(), 0, frame.bytes().length, next);
    }

    private void request(OutputStream to, String verb, long offset) throws IOException {
        String line = verb + " " + session + " " + offset + "\n";
        synchronized (to) {
            to.write(line.getBytes(StandardCharsets.US_ASCII));
            to.flush();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(AGAIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
