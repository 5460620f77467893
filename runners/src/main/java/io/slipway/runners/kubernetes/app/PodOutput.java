package io.slipway.runners.kubernetes.app;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ContainerResource;
import io.fabric8.kubernetes.client.dsl.LogWatch;
import io.slipway.engine.release.Deployer.LogMark;
import io.slipway.engine.release.Deployer.Output;
import io.slipway.runners.kubernetes.KubernetesFaults;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// What pods of apps print, read from their nodes' logs. Of several pods each line is whole; after
/// a break it goes on behind the newest line that was given, so that nothing comes twice.
///
/// @param client of the cluster
record PodOutput(KubernetesClient client) {
    private static final Logger LOG = LoggerFactory.getLogger(PodOutput.class);
    private static final long LOOK_AGAIN = 5000;

    /// Answers of a node that has nothing of a container yet, or any more.
    private static final Set<Integer> NOTHING = Set.of(400, 404);

    /// @param pods gives those whose output it is, whenever it is asked
    void follow(Supplier<List<Pod>> pods, LogMark after, Output output)
            throws InterruptedException {
        Output ordered = new Ordered(output, after);
        Set<String> begun = new HashSet<>();
        Set<LogWatch> open = ConcurrentHashMap.newKeySet();
        List<Thread> threads = new ArrayList<>();
        try {
            while (true) {
                for (Pod pod : pods.get()) {
                    if (started(pod) && begun.add(pod.getMetadata().getUid() + restarts(pod))) {
                        threads.add(
                                Thread.ofVirtual()
                                        .name("log-" + pod.getMetadata().getName())
                                        .start(() -> copy(pod, after, ordered, open)));
                    }
                }
                threads.removeIf(thread -> !thread.isAlive());
                if (threads.isEmpty()) {
                    return;
                }
                threads.getFirst().join(LOOK_AGAIN);
            }
        } finally {
            threads.forEach(Thread::interrupt);
            open.forEach(LogWatch::close);
        }
    }

    private void copy(Pod pod, LogMark after, Output output, Set<LogWatch> open) {
        var log = container(pod).usingTimestamps();
        try (LogWatch watch =
                after.equals(LogMark.BEGIN)
                        ? log.watchLog()
                        : log.sinceTime(
                                        Instant.ofEpochSecond(after.time().getEpochSecond())
                                                .toString())
                                .watchLog()) {
            open.add(watch);
            new TimedLines(after, output).copy(watch.getOutput());
            open.remove(watch);
        } catch (KubernetesClientException | IOException e) {
            LOG.debug("the log of {} broke off", pod.getMetadata().getName(), e);
        }
    }

    /// The last lines of the pod that says most: of one that ended, else of the newest.
    List<String> tail(List<Pod> pods, int lines) {
        Optional<Pod> pod =
                pods.stream()
                        .filter(PodOutput::started)
                        .max(
                                java.util.Comparator.comparing(PodOutput::restarts)
                                        .thenComparing(
                                                p -> p.getMetadata().getCreationTimestamp()));
        return pod.map(found -> tail(found, lines)).orElse(List.of());
    }

    private List<String> tail(Pod pod, int lines) {
        try {
            boolean again =
                    restarts(pod) > 0
                            && AppState.status(pod)
                                    .map(ContainerStatus::getState)
                                    .map(ContainerState::getRunning)
                                    .isPresent();
            String last = container(pod).tailingLines(lines).getLog();
            String text =
                    again && last.isEmpty()
                            ? container(pod).terminated().tailingLines(lines).getLog()
                            : last;
            return text.lines().toList();
        } catch (KubernetesClientException e) {
            if (!NOTHING.contains(e.getCode())) {
                LOG.debug("{}", KubernetesFaults.of("cannot read a log", e).message());
            }
            return List.of();
        }
    }

    private ContainerResource container(Pod pod) {
        return client.pods()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName())
                .inContainer(AppNames.CONTAINER_NAME);
    }

    private static boolean started(Pod pod) {
        @Nullable ContainerState state =
                AppState.status(pod).map(ContainerStatus::getState).orElse(null);
        return state != null
                && (state.getRunning() != null
                        || state.getTerminated() != null
                        || restarts(pod) > 0);
    }

    private static int restarts(Pod pod) {
        return AppState.status(pod).map(ContainerStatus::getRestartCount).orElse(0);
    }

    /// Takes from several at once, and says how far the newest has come.
    private static final class Ordered implements Output {
        private final Output output;
        private LogMark newest;

        Ordered(Output output, LogMark after) {
            this.output = output;
            this.newest = after;
        }

        @Override
        public synchronized void bytes(byte[] bytes, int offset, int length, LogMark end) {
            boolean later =
                    end.nanos() > newest.nanos()
                            || end.nanos() == newest.nanos() && end.bytes() > newest.bytes();
            newest = later ? end : newest;
            output.bytes(bytes, offset, length, newest);
        }

        @Override
        public synchronized void gap(Instant from, Instant to) {
            output.gap(from, to);
        }
    }
}
