package io.slipway.runners.kubernetes.image;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.slipway.engine.image.ImageBuilder.BuildOrder;
import io.slipway.engine.image.ImageBuilder.Listener;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.run.AttemptName;
import io.slipway.fault.Fault;
import io.slipway.runners.buildkit.Builders;
import io.slipway.runners.kubernetes.KubernetesCluster;
import io.slipway.runners.kubernetes.KubernetesFaults;
import io.slipway.runners.kubernetes.KubernetesLabels;
import io.slipway.runners.kubernetes.image.BuilderPod.Identity;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Builders as pods of a cluster. A pod is found by its name, whoever made it, and ends by itself
/// when it was idle; the cache goes with it.
public final class PodBuilders implements Builders {
    private static final int TRIES = 3;
    private static final Duration GONE = Duration.ofSeconds(40);

    /// How long a pod may need to come up when nothing says what is in the way.
    private static final Duration UP = Duration.ofMinutes(10);

    private final KubernetesClient client;
    private final String instance;
    private final Settings settings;

    /// How builders are made.
    ///
    /// @param image of rootless BuildKit
    /// @param own limits of a project's builder
    /// @param foreign limits of one for foreign sources
    /// @param cacheBytes how large its data may become
    /// @param idle after which a builder ends
    public record Settings(
            String namespace,
            String image,
            Resources own,
            Resources foreign,
            long cacheBytes,
            Duration idle) {
        private static final long CACHE = 20L << 30;

        /// With the usual size of a cache.
        public Settings(
                String namespace, String image, Resources own, Resources foreign, Duration idle) {
            this(namespace, image, own, foreign, CACHE, idle);
        }
    }

    /// @param instance 8 hexadecimal digits
    PodBuilders(KubernetesClient client, String instance, Settings settings) {
        this.client = client;
        this.instance = instance;
        this.settings = settings;
    }

    /// @param cluster closed by the caller
    /// @param instance 8 hexadecimal digits
    public static PodBuilders of(KubernetesCluster cluster, String instance, Settings settings) {
        return new PodBuilders(cluster.client(), instance, settings);
    }

    @Override
    public Builder open(BuildOrder order, Listener listener) throws InterruptedException {
        return order.foreign()
                ? open(Identity.alone(order.name()), settings.foreign(), listener)
                : open(Identity.of(instance, order.owner().projectId()), settings.own(), listener);
    }

    private Builder open(Identity identity, Resources limits, Listener listener)
            throws InterruptedException {
        try {
            for (int i = 1; i <= TRIES; i++) {
                create(BuilderPod.of(identity, limits, settings));
                listener.progress("waits for the builder's pod " + identity.name());
                Pod pod = up(identity.name());
                if (pod != null && isUp(pod)) {
                    return new PodOfBuilder(pod(identity.name()), limits);
                }
                if (pod != null) {
                    String why = hindrance(pod);
                    if (!why.isEmpty()) {
                        throw unavailable(why);
                    }
                }
                delete(identity.name());
                awaitGone(identity.name());
            }
        } catch (KubernetesClientTimeoutException e) {
            throw unavailable("its pod did not come up within " + UP.toMinutes() + " minutes");
        } catch (KubernetesClientException e) {
            if (Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException().initCause(e);
            }
            throw KubernetesFaults.ofCluster("cannot start a builder", e);
        }
        throw unavailable("its pod ended " + TRIES + " times");
    }

    private static Fault unavailable(String why) {
        return new Fault(
                Fault.Kind.UNAVAILABLE,
                "cannot start a builder: " + why,
                "look at the namespace of builders with kubectl describe pods, then try again");
    }

    private void create(Pod pod) {
        try {
            client.pods().inNamespace(settings.namespace()).resource(pod).create();
        } catch (KubernetesClientException e) {
            if (!KubernetesFaults.conflict(e)) {
                throw e;
            }
        }
    }

    /// Waits until it runs, has ended, or something keeps it from it.
    private @Nullable Pod up(String name) {
        return pod(name)
                .waitUntilCondition(
                        pod ->
                                pod == null
                                        || isUp(pod)
                                        || hasEnded(pod)
                                        || !hindrance(pod).isEmpty(),
                        UP.toSeconds(),
                        TimeUnit.SECONDS);
    }

    private static boolean isUp(Pod pod) {
        return status(pod).map(one -> one.getState().getRunning() != null).orElse(false)
                && pod.getMetadata().getDeletionTimestamp() == null;
    }

    private static boolean hasEnded(Pod pod) {
        String phase = pod.getStatus() == null ? "" : String.valueOf(pod.getStatus().getPhase());
        return phase.equals("Succeeded")
                || phase.equals("Failed")
                || pod.getMetadata().getDeletionTimestamp() != null;
    }

    /// The cluster's words for an image that can't be had or a container that can't be made.
    private static String hindrance(Pod pod) {
        return status(pod)
                .map(one -> one.getState().getWaiting())
                .filter(
                        waiting ->
                                Set.of(
                                                "ErrImagePull",
                                                "ImagePullBackOff",
                                                "InvalidImageName",
                                                "ErrImageNeverPull",
                                                "CreateContainerError",
                                                "CreateContainerConfigError")
                                        .contains(String.valueOf(waiting.getReason())))
                .map(waiting -> waiting.getReason() + ": " + waiting.getMessage())
                .orElse("");
    }

    private static Optional<ContainerStatus> status(Pod pod) {
        return pod.getStatus() == null
                ? Optional.empty()
                : pod.getStatus().getContainerStatuses().stream()
                        .filter(one -> one.getState() != null)
                        .findFirst();
    }

    private PodResource pod(String name) {
        return client.pods().inNamespace(settings.namespace()).withName(name);
    }

    private void delete(String name) {
        pod(name).withGracePeriod(0).delete();
    }

    private void awaitGone(String name) {
        pod(name).waitUntilCondition(Objects::isNull, GONE.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void remove(AttemptName attempt) {
        try {
            delete(Identity.alone(attempt).name());
        } catch (KubernetesClientException e) {
            throw KubernetesFaults.of("cannot remove a builder", e);
        }
    }

    @Override
    public Set<AttemptName> present() {
        return all().flatMap(pod -> KubernetesLabels.attempt(labels(pod)).stream())
                .collect(Collectors.toSet());
    }

    @Override
    public void sweep(LongPredicate exists) {
        for (Pod pod : all().toList()) {
            String project = labels(pod).getOrDefault(BuilderPod.PROJECT, "");
            boolean orphan = project.matches("\\d{1,18}") && !exists.test(Long.parseLong(project));
            if (hasEnded(pod) || orphan) {
                try {
                    delete(pod.getMetadata().getName());
                } catch (KubernetesClientException e) {
                    throw KubernetesFaults.of("cannot remove a builder", e);
                }
            }
        }
    }

    private static Map<String, String> labels(Pod pod) {
        return Objects.requireNonNullElse(pod.getMetadata().getLabels(), Map.of());
    }

    private Stream<Pod> all() {
        try {
            return client
                    .pods()
                    .inNamespace(settings.namespace())
                    .withLabels(KubernetesLabels.of(instance, BuilderPod.KIND))
                    .list()
                    .getItems()
                    .stream();
        } catch (KubernetesClientException e) {
            throw KubernetesFaults.of("cannot list builders", e);
        }
    }

    /// One of them.
    private record PodOfBuilder(PodResource pod, Resources limits) implements Builder {
        @Override
        public Talk talk(List<String> command) throws IOException {
            try {
                return new ExecTalk(
                        pod.inContainer(BuilderPod.CONTAINER)
                                .withReadyWaitTimeout(0)
                                .redirectingInput()
                                .redirectingOutput()
                                .exec(command.toArray(String[]::new)));
            } catch (KubernetesClientException e) {
                throw new IOException(
                        KubernetesFaults.of("cannot begin a session", e).message(), e);
            }
        }

        @Override
        public String end() {
            Pod now;
            try {
                now = pod.get();
            } catch (KubernetesClientException e) {
                return "";
            }
            if (now == null) {
                return "was removed";
            }
            ContainerStateTerminated ended =
                    status(now).map(one -> one.getState().getTerminated()).orElse(null);
            if (ended == null) {
                return hasEnded(now) ? "was ended by the cluster: " + reason(now) : "";
            }
            return "OOMKilled".equals(ended.getReason())
                    ? "ran out of memory: it has " + (limits.memoryBytes() >> 20) + " MiB"
                    : "ended with exit code " + ended.getExitCode();
        }

        private static String reason(Pod pod) {
            return pod.getStatus().getReason() + " " + pod.getStatus().getMessage();
        }
    }

    /// Closing it closes the program's input.
    private record ExecTalk(ExecWatch watch) implements Talk {
        @Override
        public InputStream output() {
            return watch.getOutput();
        }

        @Override
        public OutputStream input() {
            return watch.getInput();
        }

        @Override
        public void close() {
            watch.close();
        }
    }
}
