package io.slipway.runners.kubernetes.app;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.slipway.engine.release.Placement;
import io.slipway.fault.Fault;
import io.slipway.runners.kubernetes.KubernetesFaults;
import io.slipway.runners.kubernetes.KubernetesLabels;

import tools.jackson.databind.json.JsonMapper;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The namespaces of environments: one for each, of this instance and no other.
///
/// @param client of the cluster
/// @param manifests what they are made of
/// @param credentials for the registry
record Environments(KubernetesClient client, AppManifests manifests, PullCredentials credentials) {
    static final String USED = "slipway.io/used-at";

    /// So long nothing is removed from a namespace in which something was begun.
    private static final Duration QUIET = Duration.ofMinutes(10);

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// Makes it, or makes it as it should be.
    ///
    /// @throws Fault CONFIGURATION when the namespace is somebody else's
    void ensure(Placement at, Applying applying) {
        Namespace wanted = manifests.environment(at);
        String name = wanted.getMetadata().getName();
        Namespace found = client.namespaces().withName(name).get();
        if (found != null) {
            own(at, found);
        }
        wanted.getMetadata().getAnnotations().put(USED, Instant.now().toString());
        try {
            applying.apply(wanted);
        } catch (Fault e) {
            if (found == null && e.kind() == Fault.Kind.PERMISSION) {
                throw new Fault(
                        Fault.Kind.PERMISSION,
                        e.message(),
                        "let Slipway's account make namespaces (docs/kubernetes.md)",
                        e);
            }
            throw e;
        }
        credentials
                .of(at)
                .ifPresent(password -> applying.apply(manifests.pull(at, config(password))));
    }

    /// What [#ensure] applies, but for the time of its use and the credential itself.
    List<HasMetadata> of(Placement at) {
        Namespace namespace = manifests.environment(at);
        return credentials == PullCredentials.NONE
                ? List.of(namespace)
                : List.of(namespace, manifests.pull(at, "{}"));
    }

    private void own(Placement at, Namespace found) {
        Map<String, String> labels = found.getMetadata().getLabels();
        Map<String, String> notes = found.getMetadata().getAnnotations();
        String name = found.getMetadata().getName();
        boolean ours =
                labels != null
                        && manifests.instance().equals(labels.get(KubernetesLabels.INSTANCE));
        boolean his =
                notes != null
                        && at.project().equals(notes.get("slipway.io/project"))
                        && at.environment().equals(notes.get("slipway.io/environment"));
        if (!ours || !his) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    "cannot use the namespace " + name + ": it is not this Slipway's",
                    "give its apps another prefix with SLIPWAY_KUBERNETES_APPS, or remove it");
        }
        if (found.getMetadata().getDeletionTimestamp() != null) {
            throw new Fault(
                    Fault.Kind.UNAVAILABLE,
                    "cannot use the namespace " + name + ": it is being removed",
                    "retry the run when it is gone");
        }
    }

    private String config(String password) {
        byte[] login = ("slipway:" + password).getBytes(StandardCharsets.UTF_8);
        String auth = Base64.getEncoder().encodeToString(login);
        return JSON.writeValueAsString(
                Map.of("auths", Map.of(manifests.settings().registry(), Map.of("auth", auth))));
    }

    /// Removes namespaces in which nothing is left, and configurations that nothing refers to.
    void sweep() {
        for (Namespace namespace :
                client.namespaces()
                        .withLabels(KubernetesLabels.of(manifests.instance(), AppNames.ENVIRONMENT))
                        .list()
                        .getItems()) {
            if (namespace.getMetadata().getDeletionTimestamp() == null && quiet(namespace)) {
                sweep(namespace);
            }
        }
    }

    private static boolean quiet(Namespace namespace) {
        Map<String, String> notes = namespace.getMetadata().getAnnotations();
        String used = notes == null ? null : notes.get(USED);
        return used == null || Instant.parse(used).isBefore(Instant.now().minus(QUIET));
    }

    private void sweep(Namespace namespace) {
        String name = namespace.getMetadata().getName();
        boolean empty =
                client.apps().deployments().inNamespace(name).list().getItems().isEmpty()
                        && client.batch().v1().jobs().inNamespace(name).list().getItems().isEmpty()
                        && client.persistentVolumeClaims()
                                .inNamespace(name)
                                .list()
                                .getItems()
                                .isEmpty();
        if (empty) {
            try {
                // Whoever begins something in it writes that first.
                client.resource(namespace)
                        .lockResourceVersion(namespace.getMetadata().getResourceVersion())
                        .delete();
            } catch (KubernetesClientException e) {
                if (!KubernetesFaults.conflict(e) && !KubernetesFaults.notFound(e)) {
                    throw e;
                }
            }
            return;
        }
        Set<String> needed = new HashSet<>();
        client.apps()
                .replicaSets()
                .inNamespace(name)
                .list()
                .getItems()
                .forEach(
                        set ->
                                needed.addAll(
                                        configurations(set.getSpec().getTemplate().getSpec())));
        client.batch()
                .v1()
                .jobs()
                .inNamespace(name)
                .list()
                .getItems()
                .forEach(
                        job ->
                                needed.addAll(
                                        configurations(job.getSpec().getTemplate().getSpec())));
        List<HasMetadata> unneeded = new ArrayList<>();
        Map<String, String> labels = KubernetesLabels.of(manifests.instance(), AppNames.APP);
        client.configMaps()
                .inNamespace(name)
                .withLabels(labels)
                .list()
                .getItems()
                .forEach(unneeded::add);
        client.secrets()
                .inNamespace(name)
                .withLabels(labels)
                .list()
                .getItems()
                .forEach(unneeded::add);
        unneeded.removeIf(object -> needed.contains(object.getMetadata().getName()));
        unneeded.forEach(object -> client.resource(object).delete());
    }

    private static Set<String> configurations(io.fabric8.kubernetes.api.model.PodSpec spec) {
        Set<String> names = new HashSet<>();
        spec.getContainers()
                .forEach(
                        container ->
                                container
                                        .getEnvFrom()
                                        .forEach(
                                                from -> {
                                                    if (from.getConfigMapRef() != null) {
                                                        names.add(from.getConfigMapRef().getName());
                                                    }
                                                    if (from.getSecretRef() != null) {
                                                        names.add(from.getSecretRef().getName());
                                                    }
                                                }));
        return names;
    }
}
