package io.slipway.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.slipway.engine.source.Git;
import io.slipway.runners.kubernetes.ClusterExtension;
import io.slipway.runners.kubernetes.ClusterExtension.Space;
import io.slipway.web.traffic.Wire;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// Slipway by its chart in a real cluster: installed, pushed to by the real git client, upgraded
/// and uninstalled; what it rolls out runs in the same cluster.
@Tag("cluster")
@ExtendWith(ClusterExtension.class)
class ChartIT {
    private static final Duration LONG = Duration.ofSeconds(90);
    private static final String RELEASE = "slipway";

    @TempDir Path folder;

    @Test
    void pushedToUpgradedAndUninstalled(Space space, KubernetesClient client) throws IOException {
        String namespace = "slipway-chart-" + space.instance();
        Helm helm = new Helm(Map.of("KUBECONFIG", space.kubeconfig().toString()));
        try (Volume volume = Volume.make(client, space);
                OwnImage image = OwnImage.make(space.instance(), folder)) {
            Path values = Files.writeString(folder.resolve("values.yaml"), values(space, image));
            String[] install = {
                "upgrade",
                "--install",
                RELEASE,
                Helm.chart().toString(),
                "--namespace=" + namespace,
                "--create-namespace",
                "--values=" + values,
                "--set=persistence.storageClass=" + volume.storageClass(),
                "--wait",
                "--timeout=5m"
            };
            try {
                install(helm, client, namespace, install);
                pushes(space, client, namespace, "one");

                String token = token(client, namespace);
                install(
                        helm,
                        client,
                        namespace,
                        with(install, "--set-string=settings.SLIPWAY_KEEP_RUNS=7"));
                assertThat(token(client, namespace)).isEqualTo(token);
                pushes(space, client, namespace, "two");

                uninstall(helm, client, space, namespace);
            } finally {
                helm.run("uninstall", RELEASE, "--namespace=" + namespace, "--ignore-not-found");
                client.namespaces().withName(namespace).delete();
                await().atMost(LONG)
                        .until(() -> client.namespaces().withName(namespace).get() == null);
            }
        }
    }

    private static String[] with(String[] words, String more) {
        String[] all = Arrays.copyOf(words, words.length + 1);
        all[words.length] = more;
        return all;
    }

    private static String values(Space space, OwnImage image) {
        return """
        image: { repository: %s, tag: "%s", pullPolicy: IfNotPresent }
        jobs: { namespace: %s, createNamespace: false, helper: { image: "%s" } }
        apps: { prefix: %s }
        """
                .formatted(
                        image.repository(),
                        image.tag(),
                        space.namespace(),
                        space.helper(),
                        space.apps());
    }

    private static void install(
            Helm helm, KubernetesClient client, String namespace, String... words) {
        Helm.Ended ended = helm.run(words);
        assertThat(ended.code()).as(() -> ended.output() + said(client, namespace)).isZero();
        assertThat(ended.output())
                .contains("kubectl -n " + namespace + " port-forward service/slipway 8080:80")
                .contains("git remote add slipway http://localhost:8080/hello.git")
                .contains("{{.data.token | base64decode}}")
                .contains("images are not built");
        helm.prints("test", RELEASE, "--namespace=" + namespace, "--timeout=2m");
    }

    /// What Slipway's pods say of themselves, for people who look for the cause of a failure.
    private static String said(KubernetesClient client, String namespace) {
        StringBuilder said = new StringBuilder();
        client.pods()
                .inNamespace(namespace)
                .list()
                .getItems()
                .forEach(
                        pod -> {
                            said.append('\n').append(pod.getStatus());
                            try {
                                said.append('\n').append(client.pods().resource(pod).getLog());
                            } catch (RuntimeException e) {
                                said.append('\n').append(e.getMessage());
                            }
                        });
        client.v1()
                .events()
                .inNamespace(namespace)
                .list()
                .getItems()
                .forEach(event -> said.append('\n').append(event.getMessage()));
        return said.toString();
    }

    private static String token(KubernetesClient client, String namespace) {
        String data =
                client.secrets()
                        .inNamespace(namespace)
                        .withName(RELEASE)
                        .get()
                        .getData()
                        .get("token");
        return new String(Base64.getDecoder().decode(data), StandardCharsets.US_ASCII);
    }

    /// A push from outside: a check in a pod, and a rollout into the cluster, which answers.
    private void pushes(Space space, KubernetesClient client, String namespace, String page)
            throws IOException {
        try (LocalPortForward door = door(client, namespace)) {
            Git git = Git.init(Files.createDirectory(folder.resolve(page)));
            String address = "http://ada:%s@127.0.0.1:%d/hello.git";
            String remote = address.formatted(token(client, namespace), door.getLocalPort());
            if (!page.equals("one")) {
                git.must("pull", "-q", remote, "main");
            }
            git.write(
                            ".slipway.yml",
                            """
                            jobs: { check: { image: "%s", steps: [test -f .slipway.yml] } }
                            apps:
                              hello:
                                image: "%s"
                                port: 8080
                                command: [sh, -c, "mkdir -p /tmp/www && echo %s >/tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www"]
                            """
                                    .formatted(space.busybox(), space.nobody(), page))
                    .commit("Says " + page);

            Git.Ended push = git.run("push", remote, "HEAD:main");

            assertThat(push.code()).as(() -> push.output() + said(client, namespace)).isZero();
            await().atMost(LONG)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(page(door)).isEqualTo(page));
        }
        await().atMost(LONG)
                .until(
                        () ->
                                client.pods()
                                        .inNamespace(space.namespace())
                                        .list()
                                        .getItems()
                                        .isEmpty());
    }

    /// From this machine, as `kubectl port-forward` does it.
    private static LocalPortForward door(KubernetesClient client, String namespace) {
        String pod =
                client
                        .pods()
                        .inNamespace(namespace)
                        .withLabel("app.kubernetes.io/name", "slipway")
                        .list()
                        .getItems()
                        .stream()
                        .filter(found -> found.getMetadata().getDeletionTimestamp() == null)
                        .findFirst()
                        .orElseThrow()
                        .getMetadata()
                        .getName();
        return client.pods().inNamespace(namespace).withName(pod).portForward(8080);
    }

    private static String page(LocalPortForward door) throws IOException {
        return Wire.get(door.getLocalPort(), "hello.localhost").body().strip();
    }

    /// The apps go on, and what people pushed stays.
    private static void uninstall(
            Helm helm, KubernetesClient client, Space space, String namespace) {
        helm.prints("uninstall", RELEASE, "--namespace=" + namespace, "--wait", "--timeout=3m");

        assertThat(client.apps().deployments().inNamespace(namespace).list().getItems()).isEmpty();
        assertThat(client.secrets().inNamespace(namespace).withName(RELEASE).get()).isNotNull();
        assertThat(client.persistentVolumeClaims().inNamespace(namespace).withName(RELEASE).get())
                .isNotNull();
        assertThat(client.rbac().clusterRoles().withName(namespace + "-" + RELEASE + "-apps").get())
                .isNull();
        assertThat(client.apps().deployments().inAnyNamespace().list().getItems())
                .filteredOn(found -> found.getMetadata().getNamespace().startsWith(space.apps()))
                .singleElement()
                .satisfies(app -> assertThat(app.getStatus().getReadyReplicas()).isPositive());
    }

    /// Slipway's own image, where the cluster gets it: that of `SLIPWAY_TEST_IMAGE`, else made here
    /// and loaded into the cluster of `tools/cluster`.
    private record OwnImage(String repository, String tag, boolean made) implements AutoCloseable {
        static OwnImage make(String tag, Path folder) {
            String given = System.getenv("SLIPWAY_TEST_IMAGE");
            if (given != null && !given.isBlank()) {
                int colon = given.lastIndexOf(':');
                return new OwnImage(given.substring(0, colon), given.substring(colon + 1), false);
            }
            OwnImage image = new OwnImage("localhost/slipway-test", tag, true);
            String base = "eclipse-temurin:25-jre";
            Map<String, String> java = Map.of("JAVA25_HOME", System.getProperty("java.home"));
            run(java, "tools/base-images.sh", base);
            run(Map.of("BASE", base, "HELPER", "no"), "tools/image.sh", image.reference());
            Path archive = folder.resolve("image.tar");
            must(Map.of(), "docker", "save", "--output", archive.toString(), image.reference());
            run(Map.of(), "tools/cluster/cluster.sh", "load", archive.toString());
            return image;
        }

        String reference() {
            return repository + ":" + tag;
        }

        private static void run(Map<String, String> environment, String script, String... words) {
            List<String> command = new ArrayList<>();
            command.add(Helm.checkout().resolve(script).toString());
            command.addAll(List.of(words));
            must(environment, command.toArray(String[]::new));
        }

        private static void must(Map<String, String> environment, String... command) {
            Helm.Ended ended = Helm.ended(environment, List.of(command));
            assertThat(ended.code()).as(ended.output()).isZero();
        }

        @Override
        public void close() {
            if (made) {
                must(Map.of(), "docker", "rmi", reference());
            }
        }
    }

    /// Where claims get their volumes: a cluster of one's own does that by itself, that of
    /// `tools/cluster` has one made here, a folder of this machine.
    private record Volume(KubernetesClient client, String storageClass, boolean made)
            implements AutoCloseable {
        static Volume make(KubernetesClient client, Space space) throws IOException {
            String given = System.getenv("SLIPWAY_TEST_KUBECONFIG");
            if (given != null && !given.isBlank()) {
                return new Volume(client, "", false);
            }
            String name = "slipway-chart-" + space.instance();
            Path data = Files.createDirectories(Path.of("/var/tmp", name));
            String node = client.nodes().list().getItems().getFirst().getMetadata().getName();
            client.resource(
                            new PersistentVolumeBuilder()
                                    .withNewMetadata()
                                    .withName(name)
                                    .endMetadata()
                                    .withNewSpec()
                                    .withStorageClassName(name)
                                    .withAccessModes("ReadWriteOnce")
                                    .withPersistentVolumeReclaimPolicy("Retain")
                                    .addToCapacity("storage", new Quantity("20Gi"))
                                    .withNewLocal()
                                    .withPath(data.toString())
                                    .endLocal()
                                    .withNewNodeAffinity()
                                    .withNewRequired()
                                    .addNewNodeSelectorTerm()
                                    .addNewMatchExpression()
                                    .withKey("kubernetes.io/hostname")
                                    .withOperator("In")
                                    .withValues(node)
                                    .endMatchExpression()
                                    .endNodeSelectorTerm()
                                    .endRequired()
                                    .endNodeAffinity()
                                    .endSpec()
                                    .build())
                    .create();
            return new Volume(client, name, true);
        }

        @Override
        public void close() throws IOException {
            if (made) {
                client.persistentVolumes().withName(storageClass).delete();
                Path data = Path.of("/var/tmp", storageClass);
                try (var paths = Files.walk(data)) {
                    for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(path);
                    }
                }
            }
        }
    }
}
