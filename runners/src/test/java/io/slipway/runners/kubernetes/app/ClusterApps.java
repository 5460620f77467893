package io.slipway.runners.kubernetes.app;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.slipway.runners.kubernetes.ClusterExtension;

import java.util.List;

/// Apps of a test class on a real cluster, in namespaces of their own.
final class ClusterApps {
    final KubernetesClient client;
    final ClusterExtension.Space space;
    final KubernetesDeployer deployer;

    ClusterApps(KubernetesClient client, ClusterExtension.Space space) {
        this(client, space, space.instance());
    }

    /// @param instance whose apps they are
    ClusterApps(KubernetesClient client, ClusterExtension.Space space, String instance) {
        this.client = client;
        this.space = space;
        this.deployer =
                new KubernetesDeployer(
                        client,
                        instance,
                        AppSettings.of(space.apps(), "registry.invalid"),
                        PullCredentials.NONE);
    }

    /// A command for the image's shell.
    static List<String> shell(String script) {
        return List.of("sh", "-c", script);
    }

    /// Answers every question for `/` with a text.
    static String page(String text) {
        return "mkdir -p /tmp/www && echo "
                + text
                + " > /tmp/www/index.html && exec httpd -f -p $PORT -h /tmp/www";
    }
}
