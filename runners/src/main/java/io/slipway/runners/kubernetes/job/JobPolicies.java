package io.slipway.runners.kubernetes.job;

import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.slipway.runners.kubernetes.KubernetesFaults;
import io.slipway.runners.kubernetes.KubernetesLabels;
import io.slipway.runners.kubernetes.NodeCredentials;

import java.util.List;

/// What the pods of jobs may reach: nothing, or everything but what clouds tell their machines of
/// themselves. Nobody reaches them: services are in the same pod.
final class JobPolicies {
    private JobPolicies() {}

    static List<NetworkPolicy> of(String instance, String namespace) {
        return List.of(
                policy(instance, namespace, "none").build(),
                policy(instance, namespace, "egress")
                        .editSpec()
                        .withEgress(NodeCredentials.everythingElse())
                        .endSpec()
                        .build());
    }

    private static NetworkPolicyBuilder policy(String instance, String namespace, String network) {
        return new NetworkPolicyBuilder()
                .withNewMetadata()
                .withName("slipway-" + instance + "-" + network)
                .withNamespace(namespace)
                .withLabels(KubernetesLabels.of(instance, "network"))
                .endMetadata()
                .withNewSpec()
                .withNewPodSelector()
                .addToMatchLabels(KubernetesLabels.INSTANCE, instance)
                .addToMatchLabels(JobPod.NETWORK, network)
                .endPodSelector()
                .withPolicyTypes("Ingress", "Egress")
                .endSpec();
    }

    /// Makes them, or makes them as they should be.
    static void apply(KubernetesClient client, String instance, String namespace) {
        try {
            for (NetworkPolicy policy : of(instance, namespace)) {
                client.resource(policy).forceConflicts().serverSideApply();
            }
        } catch (KubernetesClientException e) {
            throw KubernetesFaults.of("cannot make the policies for the network of jobs", e);
        }
    }
}
