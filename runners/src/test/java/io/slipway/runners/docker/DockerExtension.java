package io.slipway.runners.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;

import io.slipway.fault.Fault;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// Gives a test class a real engine under a random instance id, with the image `busybox:latest`,
/// and proves after the class that nothing of that instance is left. Without an engine the class is
/// skipped, with the reason; with `CI=true` it fails.
///
/// Parameters of type [DockerEngine] and, for the instance id, [Instance] are injected.
public final class DockerExtension
        implements BeforeAllCallback, AfterAllCallback, ParameterResolver {
    /// The image that every test may use.
    public static final String BUSYBOX = "busybox:latest";

    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(DockerExtension.class);

    /// The instance id of a test class.
    public record Instance(String id) {
        @Override
        public String toString() {
            return id;
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        byte[] random = new byte[4];
        new SecureRandom().nextBytes(random);
        Instance instance = new Instance(HexFormat.of().formatHex(random));
        context.getStore(NAMESPACE).put(Instance.class, instance);
        context.getStore(NAMESPACE).put(DockerEngine.class, connect(instance));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        DockerEngine engine =
                context.getStore(NAMESPACE).get(DockerEngine.class, DockerEngine.class);
        if (engine == null) {
            return;
        }
        try (engine) {
            Instance instance = context.getStore(NAMESPACE).get(Instance.class, Instance.class);
            Awaitility.await("everything removed from the engine")
                    .atMost(Duration.ofSeconds(15))
                    .untilAsserted(
                            () -> assertThat(left(engine.client(), instance.id())).isEmpty());
        }
    }

    /// Everything in the engine that carries the instance's label.
    public static List<String> left(DockerClient client, String instance) {
        String label = Labels.INSTANCE + "=" + instance;
        List<String> left = new ArrayList<>();
        client.listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(List.of(label))
                .exec()
                .forEach(c -> left.add("container " + String.join(" ", c.getNames())));
        client.listNetworksCmd()
                .withFilter("label", List.of(label))
                .exec()
                .forEach(n -> left.add("network " + n.getName()));
        client.listVolumesCmd()
                .withFilter("label", List.of(label))
                .exec()
                .getVolumes()
                .forEach(v -> left.add("volume " + v.getName()));
        return left;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == DockerEngine.class || type == Instance.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return context.getStore(NAMESPACE).get(type, type);
    }

    private static DockerEngine connect(Instance instance) throws IOException {
        try {
            Map<String, String> env = System.getenv();
            Path home = Path.of(System.getProperty("user.home"));
            DockerEngine engine =
                    DockerEngine.connect(DockerAddress.find(env, home), instance.id(), env);
            makeBusybox(engine);
            return engine;
        } catch (Fault e) {
            if ("true".equals(System.getenv("CI"))) {
                throw e;
            }
            return Assumptions.abort("no Docker engine: " + e.message());
        }
    }

    private static void makeBusybox(DockerEngine engine) throws IOException {
        if (engine.image(BUSYBOX).isEmpty()) {
            baseImages();
        }
    }

    /// Gets base images onto the engine by the script that examples and demo use too. They stay
    /// there.
    ///
    /// @param more images beside those that it always gets
    public static void baseImages(String... more) throws IOException {
        List<String> command = new ArrayList<>();
        command.add("sh");
        command.add(Path.of("..", "tools", "base-images.sh").toString());
        command.addAll(List.of(more));
        Process made = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (InputStream output = made.getInputStream()) {
            String said = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(made.waitFor()).as(said).isZero();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while the base images were made", e);
        }
    }
}
