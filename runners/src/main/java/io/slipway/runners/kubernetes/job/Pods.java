package io.slipway.runners.kubernetes.job;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.slipway.engine.run.AttemptName;
import io.slipway.runners.kubernetes.KubernetesFaults;
import io.slipway.runners.kubernetes.KubernetesLabels;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// The pods of all jobs of one instance: one watch tells of every change, whoever waits for one.
/// The watch only wakes; what counts is asked for again after a while without one.
final class Pods implements AutoCloseable {
    private static final Duration ASK_AGAIN = Duration.ofSeconds(15);

    private final KubernetesClient client;
    private final String namespace;
    private final Map<String, String> labels;
    private final SharedIndexInformer<Pod> informer;
    private final Map<String, Set<Semaphore>> waiting = new ConcurrentHashMap<>();

    Pods(KubernetesClient client, String namespace, String instance) {
        this.client = client;
        this.namespace = namespace;
        this.labels = KubernetesLabels.of(instance, JobPod.KIND);
        this.informer =
                client.pods()
                        .inNamespace(namespace)
                        .withLabels(labels)
                        .runnableInformer(0)
                        .addEventHandler(
                                new ResourceEventHandler<>() {
                                    @Override
                                    public void onAdd(Pod pod) {
                                        wake(pod);
                                    }

                                    @Override
                                    public void onUpdate(Pod before, Pod pod) {
                                        wake(pod);
                                    }

                                    @Override
                                    public void onDelete(Pod pod, boolean unknown) {
                                        wake(pod);
                                    }
                                });
        informer.start();
    }

    PodResource pod(String name) {
        return client.pods().inNamespace(namespace).withName(name);
    }

    /// As the cluster has it now.
    Optional<Pod> find(String name) {
        return Optional.ofNullable(pod(name).get());
    }

    /// @return empty when there is a pod of that name
    Optional<Pod> create(Pod pod) {
        try {
            return Optional.of(client.pods().inNamespace(namespace).resource(pod).create());
        } catch (KubernetesClientException e) {
            if (KubernetesFaults.conflict(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /// Removes this very pod as it was looked at; one that has changed since, or another one under
    /// its name, stays.
    void discard(Pod seen) {
        try {
            pod(seen.getMetadata().getName())
                    .lockResourceVersion(seen.getMetadata().getResourceVersion())
                    .delete();
        } catch (KubernetesClientException e) {
            if (!KubernetesFaults.conflict(e) && !KubernetesFaults.notFound(e)) {
                throw e;
            }
        }
    }

    /// All of the instance, as the cluster has them now.
    Set<AttemptName> present() {
        Set<AttemptName> found = new HashSet<>();
        for (Pod pod : client.pods().inNamespace(namespace).withLabels(labels).list().getItems()) {
            KubernetesLabels.attempt(pod.getMetadata().getLabels()).ifPresent(found::add);
        }
        return found;
    }

    /// Waits until a pod is as it is wanted.
    ///
    /// @param wanted is given nothing when there is no such pod
    /// @return the pod, or nothing, when the time was over before
    Optional<Pod> await(String name, Duration limit, Predicate<@Nullable Pod> wanted)
            throws InterruptedException {
        Semaphore changed = new Semaphore(0);
        waiting.computeIfAbsent(name, _ -> ConcurrentHashMap.newKeySet()).add(changed);
        try {
            long deadline = System.nanoTime() + limit.toNanos();
            Pod seen = pod(name).get();
            while (!wanted.test(seen)) {
                long left = Math.min(deadline - System.nanoTime(), ASK_AGAIN.toNanos());
                if (deadline - System.nanoTime() <= 0) {
                    return Optional.empty();
                }
                boolean told = changed.tryAcquire(left, TimeUnit.NANOSECONDS);
                changed.drainPermits();
                seen = told ? informer.getStore().getByKey(namespace + "/" + name) : null;
                if (seen == null) {
                    seen = pod(name).get();
                }
            }
            return Optional.ofNullable(seen);
        } finally {
            waiting.computeIfPresent(
                    name,
                    (_, all) -> {
                        all.remove(changed);
                        return all.isEmpty() ? null : all;
                    });
        }
    }

    private void wake(Pod pod) {
        waiting.getOrDefault(pod.getMetadata().getName(), Set.of()).forEach(Semaphore::release);
    }

    @Override
    public void close() {
        informer.stop();
    }
}
