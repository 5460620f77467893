package io.slipway.runners.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.slipway.runners.buildkit.BuilderImage;
import io.slipway.runners.docker.DockerEngine;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Gives a test class a namespace of its own on a real cluster: that of `SLIPWAY_TEST_KUBECONFIG`,
/// else with `CI=true` or `SLIPWAY_TEST_CLUSTER=true` the one of `tools/cluster`, which is started
/// unless it runs. Otherwise the class is skipped, with the reason. A cluster of one's own has the
/// images already, or gets them from where the variables `SLIPWAY_TEST_HELPER`, `_BUSYBOX` and
/// `_NOBODY` say.
///
/// Parameters of type [KubernetesClient] and [Space] are injected.
public final class ClusterExtension
        implements BeforeAllCallback, AfterAllCallback, ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(ClusterExtension.class);

    /// What a test class has of the cluster.
    ///
    /// @param instance 8 hexadecimal digits
    /// @param kubeconfig a file
    /// @param helper reference of the helper image
    /// @param busybox reference of an image that has a shell and the usual programs
    /// @param nobody the same for the user 65534
    public record Space(
            String instance,
            Path kubeconfig,
            String namespace,
            String helper,
            String busybox,
            String nobody) {
        /// With which the names of namespaces begin that are removed at the end.
        public String apps() {
            return "slipway-" + instance + "-";
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        byte[] random = new byte[4];
        new SecureRandom().nextBytes(random);
        String instance = HexFormat.of().formatHex(random);
        Path kubeconfig = kubeconfig();
        KubernetesClient client = client(kubeconfig);
        Space space =
                new Space(
                        instance,
                        kubeconfig,
                        "slipway-jobs-" + instance,
                        setting("SLIPWAY_TEST_HELPER", "localhost/slipway-helper:test"),
                        setting("SLIPWAY_TEST_BUSYBOX", "localhost/busybox:latest"),
                        setting("SLIPWAY_TEST_NOBODY", "localhost/busybox:nobody"));
        client.resource(
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName(space.namespace())
                                .addToLabels("pod-security.kubernetes.io/enforce", "baseline")
                                .endMetadata()
                                .build())
                .create();
        context.getStore(NAMESPACE).put(KubernetesClient.class, client);
        context.getStore(NAMESPACE).put(Space.class, space);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        KubernetesClient client =
                context.getStore(NAMESPACE).get(KubernetesClient.class, KubernetesClient.class);
        if (client == null) {
            return;
        }
        try (client) {
            Space space = context.getStore(NAMESPACE).get(Space.class, Space.class);
            assertThat(client.pods().inNamespace(space.namespace()).list().getItems())
                    .as("what the tests left in the cluster")
                    .isEmpty();
            client.namespaces().withName(space.namespace()).delete();
            client.namespaces().list().getItems().stream()
                    .filter(found -> found.getMetadata().getName().startsWith(space.apps()))
                    .forEach(found -> client.resource(found).delete());
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == KubernetesClient.class || type == Space.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return context.getStore(NAMESPACE).get(type, type);
    }

    private static Path kubeconfig() throws IOException {
        String given = System.getenv("SLIPWAY_TEST_KUBECONFIG");
        if (given != null && !given.isBlank()) {
            return Path.of(given);
        }
        if (!isTrue("CI") && !isTrue("SLIPWAY_TEST_CLUSTER")) {
            return Assumptions.abort(
                    "no cluster: set SLIPWAY_TEST_KUBECONFIG, or SLIPWAY_TEST_CLUSTER=true for that"
                            + " of tools/cluster");
        }
        String kubeconfig = script("cluster.sh", "up").strip();
        script("helper.sh");
        return Path.of(kubeconfig.lines().toList().getLast());
    }

    /// The image of a builder, which the cluster has: that of `SLIPWAY_TEST_BUILDER_POD`, else on
    /// the cluster of `tools/cluster` the one that `tools/builder` makes.
    public static String builder(DockerEngine engine) throws IOException {
        String given = setting("SLIPWAY_TEST_BUILDER_POD", "");
        if (!given.isEmpty()) {
            return given;
        }
        if (!setting("SLIPWAY_TEST_KUBECONFIG", "").isEmpty()) {
            return Assumptions.abort(
                    "no builder: set SLIPWAY_TEST_BUILDER_POD to an image of rootless BuildKit that"
                            + " the cluster can pull");
        }
        String image = BuilderImage.find(name -> engine.image(name).isPresent());
        Path archive = Files.createTempFile("builder", ".tar");
        try {
            BuilderImage.script("save", archive.toString());
            script("cluster.sh", "load", archive.toString());
        } finally {
            Files.delete(archive);
        }
        return image;
    }

    private static boolean isTrue(String name) {
        return "true".equals(System.getenv(name));
    }

    private static KubernetesClient client(Path kubeconfig) throws IOException {
        Config config = Config.fromKubeconfig(kubeconfig.toFile());
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    private static String setting(String name, String otherwise) {
        String given = System.getenv(name);
        return given == null || given.isBlank() ? otherwise : given;
    }

    /// Runs a script of `tools/cluster`.
    ///
    /// @return what it printed; what it starts goes on to run
    static String script(String name, String... words) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of("..", "tools", "cluster", name).toString());
        command.addAll(List.of(words));
        Path output = Files.createTempFile("cluster", ".out");
        Path errors = Files.createTempFile("cluster", ".err");
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectOutput(output.toFile())
                            .redirectError(errors.toFile())
                            .start();
            process.getOutputStream().close();
            assertThat(process.waitFor())
                    .as(Files.readString(errors, StandardCharsets.UTF_8))
                    .isZero();
            return Files.readString(output, StandardCharsets.UTF_8);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            Files.delete(output);
            Files.delete(errors);
        }
    }
}
