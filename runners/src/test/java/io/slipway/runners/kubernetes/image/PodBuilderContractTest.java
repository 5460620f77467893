package io.slipway.runners.kubernetes.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.image.BuildFailed;
import io.slipway.engine.image.ImageBuilder;
import io.slipway.engine.image.ImageBuilderContract;
import io.slipway.engine.image.Registry;
import io.slipway.engine.plan.Resources;
import io.slipway.runners.buildkit.BuildkitImageBuilder;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerExtension;
import io.slipway.runners.docker.image.EngineOnlyImages;
import io.slipway.runners.docker.image.TestRegistry;
import io.slipway.runners.kubernetes.ClusterExtension;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// BuildKit in a pod. Its base images are on the engine only, as `busybox` is in tests.
@Tag("cluster")
@ExtendWith({DatabaseExtension.class, DockerExtension.class, ClusterExtension.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PodBuilderContractTest extends ImageBuilderContract {
    private static final Resources LIMITS = new Resources(1500, 512L << 20, 512);

    private DockerEngine engine;
    private KubernetesClient client;
    private ClusterExtension.Space space;
    private String namespace;
    private TestRegistry test;
    private PodBuilders builders;
    private BuildkitImageBuilder builder;

    @BeforeAll
    void open(
            @TempDir Path folder,
            Database database,
            DockerEngine docker,
            KubernetesClient given,
            ClusterExtension.Space of)
            throws Exception {
        engine = docker;
        client = given;
        space = of;
        namespace = "slipway-builders-" + space.instance();
        String image = ClusterExtension.builder(engine);
        client.resource(
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName(namespace)
                                .addToLabels("pod-security.kubernetes.io/enforce", "privileged")
                                .endMetadata()
                                .build())
                .create();
        test = TestRegistry.of(database, folder);
        builders =
                new PodBuilders(
                        client,
                        space.instance(),
                        new PodBuilders.Settings(
                                namespace, image, LIMITS, LIMITS, Duration.ofMinutes(10)));
        builder =
                new BuildkitImageBuilder(
                        builders,
                        test.registry(),
                        new EngineOnlyImages(engine, test.registry()),
                        BuildkitImageBuilder.Store.NONE);
    }

    @AfterAll
    void close() {
        builder.close();
        client.pods().inNamespace(namespace).withGracePeriod(0).delete();
        client.namespaces().withName(namespace).delete();
    }

    @Test
    void memoryEndsWithTheCommandAndThePodLives() throws Exception {
        build("FROM busybox\nRUN echo " + unique + "\n");
        String before = pod().getMetadata().getUid();
        BuildFailed failed =
                failure("FROM busybox\nRUN echo " + unique + "; tail -c 2000m /dev/zero\n");
        assertThat(failed.line()).isEqualTo(2);
        assertThat(failed.exitCode()).isEqualTo(137);
        assertThat(failed.limit())
                .isEqualTo("out of memory: the builder has 512 MiB for all that runs in it");
        build("FROM busybox\nRUN echo again " + unique + "\n");
        assertThat(pod().getMetadata().getUid()).isEqualTo(before);
    }

    @Test
    void aPodHasNoTokenAndIsSweptWithItsProject() throws Exception {
        build(
                "FROM busybox\nRUN echo "
                        + unique
                        + "; ls /var/run/secrets /run/secrets; echo end\n");
        assertThat(String.join("", told.output.values()))
                .endsWith("end\n")
                .contains("No such file or directory");
        builders.sweep(project -> true);
        assertThat(pods()).hasSize(1);
        builders.sweep(project -> false);
        await().atMost(Duration.ofSeconds(40)).until(() -> pods().isEmpty());
    }

    private Pod pod() {
        return client.pods()
                .inNamespace(namespace)
                .withName("slipway-" + space.instance() + "-builder-" + project())
                .get();
    }

    private List<Pod> pods() {
        return client.pods().inNamespace(namespace).list().getItems();
    }

    @Override
    protected ImageBuilder builder() {
        return builder;
    }

    @Override
    protected Registry registry() {
        return test.registry();
    }

    @Override
    protected long project() {
        return test.project();
    }

    @Override
    protected String instance() {
        return space.instance();
    }

    @Override
    protected String platform() {
        return "linux/" + engine.facts().architecture();
    }

    @Override
    protected String own() {
        return "the builder's own";
    }
}
