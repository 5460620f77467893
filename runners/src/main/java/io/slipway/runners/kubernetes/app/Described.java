package io.slipway.runners.kubernetes.app;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.slipway.engine.release.Deployer.Manifest;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Objects for people: as they are applied, and what that would change.
///
/// @param client of the cluster
/// @param applying rehearses it
record Described(KubernetesClient client, Applying applying) {
    private static final String HIDDEN = "[secret]";

    /// What the cluster adds to each object, and nobody applies.
    private static final List<String> NOT_APPLIED =
            List.of(
                    "creationTimestamp",
                    "generation",
                    "managedFields",
                    "resourceVersion",
                    "selfLink",
                    "uid");

    List<Manifest> told(List<HasMetadata> objects) {
        return objects.stream()
                .map(object -> new Manifest(name(object), yaml(object), null, null, null))
                .toList();
    }

    /// By dry runs of the cluster itself. Where the namespace is not there yet nothing can be
    /// rehearsed, and all is new.
    List<Manifest> compared(List<HasMetadata> objects) {
        boolean empty =
                objects.stream()
                        .filter(Namespace.class::isInstance)
                        .anyMatch(namespace -> client.resource(namespace).get() == null);
        List<Manifest> all = new ArrayList<>();
        for (HasMetadata object : objects) {
            all.add(
                    empty
                            ? new Manifest(name(object), yaml(object), "", yaml(object), null)
                            : compared(object));
        }
        return all;
    }

    private Manifest compared(HasMetadata object) {
        HasMetadata now = client.resource(object).get();
        String there = now == null ? "" : yaml(now);
        // The credential that the nodes have is not known here.
        if (now != null && object instanceof Secret) {
            return new Manifest(name(object), yaml(object), there, there, null);
        }
        try {
            String then = yaml(applying.rehearse(object));
            return new Manifest(name(object), yaml(object), there, then, null);
        } catch (Fault e) {
            if (e.kind() == Fault.Kind.UNAVAILABLE) {
                throw e;
            }
            return new Manifest(name(object), yaml(object), there, null, e.message());
        }
    }

    private static String name(HasMetadata object) {
        return object.getKind().toLowerCase(Locale.ROOT) + "/" + object.getMetadata().getName();
    }

    private String yaml(HasMetadata object) {
        var serialization = client.getKubernetesSerialization();
        Map<String, Object> shown = map(serialization.convertValue(object, Map.class));
        shown.remove("status");
        Map<String, Object> metadata = map(shown.get("metadata"));
        metadata.keySet().removeAll(NOT_APPLIED);
        if (metadata.get("annotations") instanceof Map<?, ?> notes) {
            notes.remove(Environments.USED);
            notes.remove("deployment.kubernetes.io/revision");
        }
        if (object instanceof Secret) {
            map(shown.get("data")).replaceAll((key, value) -> HIDDEN);
        }
        return serialization.asYaml(shown);
    }

    /// The serialization makes objects of text and values.
    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(@Nullable Object object) {
        return object == null ? Map.of() : (Map<String, Object>) object;
    }
}
