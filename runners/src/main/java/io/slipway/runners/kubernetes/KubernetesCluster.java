package io.slipway.runners.kubernetes;

import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/// The connection to one cluster.
public final class KubernetesCluster implements AutoCloseable {
    private final KubernetesClient client;

    private KubernetesCluster(KubernetesClient client) {
        this.client = client;
    }

    /// Connects, and asks for the cluster's version.
    ///
    /// @param kubeconfig a file; null: inside a cluster the account of the own pod, else what
    ///   `kubectl` takes
    /// @throws Fault with what is in the way
    public static KubernetesCluster connect(@Nullable Path kubeconfig) {
        return connect(kubeconfig, "cannot use", KubernetesClient::getKubernetesVersion);
    }

    /// Connects, and asks whether the pods of a namespace may be seen.
    ///
    /// @param kubeconfig a file; null: inside a cluster the account of the own pod, else what
    ///   `kubectl` takes
    /// @param namespace which has to be there
    /// @throws Fault with what is in the way
    public static KubernetesCluster connect(@Nullable Path kubeconfig, String namespace) {
        return connect(
                kubeconfig,
                "cannot use the namespace " + namespace + " of",
                client ->
                        client.pods()
                                .inNamespace(namespace)
                                .list(new ListOptionsBuilder().withLimit(1L).build()));
    }

    private static KubernetesCluster connect(
            @Nullable Path kubeconfig, String what, Consumer<KubernetesClient> question) {
        if (kubeconfig != null && !Files.isReadable(kubeconfig)) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    "cannot connect to the cluster: there is no readable file " + kubeconfig,
                    "correct SLIPWAY_KUBECONFIG");
        }
        Config config =
                kubeconfig == null
                        ? Config.autoConfigure(null)
                        : Config.fromKubeconfig(kubeconfig.toFile());
        KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
        try {
            question.accept(client);
            return new KubernetesCluster(client);
        } catch (KubernetesClientException e) {
            client.close();
            throw KubernetesFaults.of(what + " " + config.getMasterUrl(), e);
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    /// Safe for use by many threads.
    public KubernetesClient client() {
        return client;
    }

    @Override
    public void close() {
        client.close();
    }
}
