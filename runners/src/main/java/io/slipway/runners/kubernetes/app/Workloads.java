package io.slipway.runners.kubernetes.app;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpec;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.slipway.runners.kubernetes.KubernetesFaults;
import io.slipway.runners.kubernetes.KubernetesLabels;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The workloads of one instance's apps, each of which is one container of the port after another.
/// Which one it shall be is noted on the workload itself; what its pods are made of says what it
/// is, also when somebody else changed that. The pods of an earlier one are kept by its replica
/// set, from which its place can be given back.
final class Workloads {
    private final KubernetesClient client;
    private final String instance;
    private final Map<String, Where> known = new ConcurrentHashMap<>();

    Workloads(KubernetesClient client, String instance) {
        this.client = client;
        this.instance = instance;
    }

    /// Where a container is.
    ///
    /// @param hook whether it is a hook's, which is then the name of its job; else the app's name
    record Where(String namespace, String name, boolean hook) {}

    void remember(String container, Where where) {
        known.put(container, where);
    }

    void forget(String container) {
        known.remove(container);
    }

    /// Looks in all namespaces for one that was not seen yet.
    Optional<Where> where(String container) {
        Where seen = known.get(container);
        if (seen != null) {
            return Optional.of(seen);
        }
        Optional<Where> found = look(container);
        found.ifPresent(where -> remember(container, where));
        return found;
    }

    private Optional<Where> look(String container) {
        return all().stream()
                .filter(workload -> container.equals(wanted(workload)))
                .map(Deployment::getMetadata)
                .findFirst()
                .or(
                        () ->
                                client
                                        .apps()
                                        .replicaSets()
                                        .inAnyNamespace()
                                        .withLabel(KubernetesLabels.INSTANCE, instance)
                                        .withLabel(AppNames.CONTAINER, container)
                                        .list()
                                        .getItems()
                                        .stream()
                                        .map(ReplicaSet::getMetadata)
                                        .findFirst())
                .map(
                        meta ->
                                new Where(
                                        meta.getNamespace(),
                                        String.valueOf(meta.getLabels().get(AppNames.NAME)),
                                        false))
                .or(
                        () ->
                                jobs().stream()
                                        .filter(job -> container.equals(hook(job)))
                                        .map(
                                                job ->
                                                        new Where(
                                                                job.getMetadata().getNamespace(),
                                                                container,
                                                                true))
                                        .findFirst());
    }

    /// All of the instance.
    List<Deployment> all() {
        return client.apps()
                .deployments()
                .inAnyNamespace()
                .withLabels(KubernetesLabels.of(instance, AppNames.APP))
                .list()
                .getItems();
    }

    /// Those of hooks, but for what is about to go.
    List<Job> jobs() {
        List<Job> jobs =
                client.batch()
                        .v1()
                        .jobs()
                        .inAnyNamespace()
                        .withLabels(KubernetesLabels.of(instance, AppNames.HOOK))
                        .list()
                        .getItems();
        return jobs.stream()
                .filter(job -> job.getMetadata().getDeletionTimestamp() == null)
                .toList();
    }

    static String hook(Job job) {
        return String.valueOf(job.getMetadata().getLabels().get(HookJob.NAME));
    }

    @Nullable Deployment find(Where where) {
        return client.apps()
                .deployments()
                .inNamespace(where.namespace())
                .withName(where.name())
                .get();
    }

    @Nullable Job job(Where where) {
        return client.batch()
                .v1()
                .jobs()
                .inNamespace(where.namespace())
                .withName(where.name())
                .get();
    }

    /// What Slipway wants it to be.
    static @Nullable String wanted(Deployment workload) {
        return note(workload, AppNames.WANTED);
    }

    /// What its pods are made to be.
    static @Nullable String actual(Deployment workload) {
        ObjectMeta meta = workload.getSpec().getTemplate().getMetadata();
        return meta == null || meta.getLabels() == null
                ? null
                : meta.getLabels().get(AppNames.CONTAINER);
    }

    static @Nullable String note(Deployment workload, String key) {
        Map<String, String> notes = workload.getMetadata().getAnnotations();
        return notes == null ? null : notes.get(key);
    }

    static int pods(Deployment workload) {
        Integer pods = workload.getSpec().getReplicas();
        return pods == null ? 1 : pods;
    }

    /// Why the cluster makes no more pods of it, in its own words.
    static @Nullable String refused(Deployment workload) {
        return workload.getStatus() == null
                ? null
                : workload.getStatus().getConditions().stream()
                        .filter(c -> "ReplicaFailure".equals(c.getType()))
                        .filter(c -> "True".equals(c.getStatus()))
                        .map(DeploymentCondition::getMessage)
                        .findFirst()
                        .orElse(null);
    }

    /// The pods of a container, those too that are about to go.
    List<Pod> pods(Where where, String container) {
        var pods = client.pods().inNamespace(where.namespace());
        return where.hook()
                ? pods.withLabel("batch.kubernetes.io/job-name", container).list().getItems()
                : pods.withLabel(AppNames.CONTAINER, container)
                        .withLabel(KubernetesLabels.KIND, AppNames.APP)
                        .list()
                        .getItems();
    }

    /// All pods of an app, whichever container they are of.
    List<Pod> podsOfApp(Where where) {
        return client.pods()
                .inNamespace(where.namespace())
                .withLabels(AppNames.selector(where.name()))
                .list()
                .getItems();
    }

    Optional<ReplicaSet> past(Where where, String container) {
        return client
                .apps()
                .replicaSets()
                .inNamespace(where.namespace())
                .withLabel(KubernetesLabels.KIND, AppNames.APP)
                .withLabel(AppNames.CONTAINER, container)
                .list()
                .getItems()
                .stream()
                .findFirst();
    }

    /// A container that is over can no more be given its place back by Slipway; its replica set
    /// stays for whoever has nothing but kubectl.
    void cutOff(Where where, String container) {
        past(where, container)
                .ifPresent(
                        set -> {
                            try {
                                client.resource(set)
                                        .patch(
                                                new PatchContext.Builder()
                                                        .withPatchType(PatchType.JSON_MERGE)
                                                        .withFieldManager(Applying.MANAGER)
                                                        .build(),
                                                "{\"metadata\":{\"labels\":{\""
                                                        + AppNames.CONTAINER
                                                        + "\":null}}}");
                            } catch (KubernetesClientException e) {
                                if (!KubernetesFaults.notFound(e)) {
                                    throw e;
                                }
                            }
                        });
    }

    /// The workload as it has to be applied to become another container, or none.
    ///
    /// @param seen as it is now; it is changed only as long as it is so
    /// @param container which it shall be
    /// @param template of its pods
    /// @param running whether it shall have pods
    Deployment changed(
            Deployment seen, String container, PodTemplateSpec template, boolean running) {
        ObjectMeta meta = seen.getMetadata();
        Map<String, String> notes = new HashMap<>();
        notes.put(AppNames.WANTED, container);
        for (String kept : List.of(AppNames.FENCE, AppNames.PLACEMENT)) {
            String value = note(seen, kept);
            if (value != null) {
                notes.put(kept, value);
            }
        }
        String past = note(seen, AppNames.BEFORE);
        if (past != null && !past.equals(container)) {
            notes.put(AppNames.BEFORE, past);
        }
        DeploymentSpec spec = seen.getSpec();
        PodTemplateSpec pods =
                new PodTemplateSpecBuilder(template)
                        .editOrNewMetadata()
                        .removeFromLabels("pod-template-hash")
                        .endMetadata()
                        .build();
        return new DeploymentBuilder()
                .withMetadata(
                        new ObjectMetaBuilder()
                                .withName(meta.getName())
                                .withNamespace(meta.getNamespace())
                                .withResourceVersion(meta.getResourceVersion())
                                .withLabels(meta.getLabels())
                                .withAnnotations(notes)
                                .build())
                .withNewSpec()
                .withReplicas(running ? wantedPods(seen, pods) : Integer.valueOf(0))
                .withMinReadySeconds(spec.getMinReadySeconds())
                .withRevisionHistoryLimit(spec.getRevisionHistoryLimit())
                .withProgressDeadlineSeconds(spec.getProgressDeadlineSeconds())
                .withSelector(spec.getSelector())
                .withStrategy(spec.getStrategy())
                .withTemplate(pods)
                .endSpec()
                .build();
    }

    /// Null where the cluster counts them by their load.
    private @Nullable Integer wantedPods(Deployment seen, PodTemplateSpec template) {
        ObjectMeta meta = seen.getMetadata();
        boolean counted =
                client.autoscaling()
                                .v2()
                                .horizontalPodAutoscalers()
                                .inNamespace(meta.getNamespace())
                                .withName(meta.getName())
                                .get()
                        != null;
        if (counted && pods(seen) > 0) {
            return null;
        }
        Map<String, String> notes = template.getMetadata().getAnnotations();
        String pods = notes == null ? null : notes.get(AppNames.PODS);
        return pods == null ? Integer.valueOf(1) : Integer.valueOf(pods);
    }
}
