package io.slipway.web.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.access.Right;
import io.slipway.engine.blob.Digest;
import io.slipway.engine.image.ImageBuilder;
import io.slipway.engine.image.ImageBuilder.BuildOrder;
import io.slipway.engine.image.ImageBuilder.Built;
import io.slipway.engine.image.ImageBuilder.Destination;
import io.slipway.engine.image.ImageBuilder.Dockerfile;
import io.slipway.engine.image.ImageBuilder.Owner;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.source.TarStream;
import io.slipway.fault.Fault;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerExtension;
import io.slipway.runners.docker.image.DockerImageBuilder;
import io.slipway.runners.docker.image.EngineImages;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

@ExtendWith({DatabaseExtension.class, DockerExtension.class})
final class EngineImagesTest {
    private static final String REPOSITORY = "hello/web";
    private static final String NOBODY = "127.0.0.1:1";

    private final Database database;
    private final DockerEngine engine;
    private final String unique = UUID.randomUUID().toString();
    @TempDir private Path folder;
    private TestRegistry registry;
    private Built image;

    EngineImagesTest(Database database, DockerEngine engine) {
        this.database = database;
        this.engine = engine;
    }

    @BeforeEach
    void open() throws Exception {
        registry = new TestRegistry(database, folder, false);
        registry.project("hello");
        image = builder(address()).build(order(), new Silent());
    }

    @AfterEach
    void close() throws Exception {
        forget();
        registry.close();
    }

    @Test
    void theEnginePushesByItselfAndTwiceIsOnce() throws Exception {
        assumeThat(engine.sharesLoopback()).as("the engine reaches this registry").isTrue();
        String digest = push(address());
        assertThat(push(address())).isEqualTo(digest);
        assertThat(manifest(digest)).contains(".gzip").contains(image.engineId());
        assertThat(registry.registry.manifests().tags(REPOSITORY, "", 10)).containsExactly("v1");
    }

    @Test
    void whereTheEngineDoesNotReachTheRegistryTheImageGoesOverItsApi() throws Exception {
        String digest = push(NOBODY);
        assertThat(push(NOBODY)).isEqualTo(digest);
        assertThat(manifest(digest)).doesNotContain("gzip").contains(image.engineId());
        long layers = 2;
        assertThat(blobs()).isEqualTo(layers + 1);
    }

    @Test
    void anImageThatTheEngineHasIsNotMoved() {
        EngineImages images = new EngineImages(engine, registry.registry, NOBODY);
        assertThat(images.ensure(REPOSITORY, "sha256:" + "0".repeat(64), image.engineId()))
                .isEqualTo(image.engineId());
    }

    @Test
    void anImageThatTheEngineLostIsPulledBack() throws Exception {
        String digest = push(address());
        forget();
        EngineImages images = new EngineImages(engine, registry.registry, address());
        assertThat(images.ensure(REPOSITORY, digest, image.engineId())).isEqualTo(image.engineId());
        assertThat(engine.image(image.engineId())).isPresent();
    }

    @Test
    void anImageThatTheEngineLostIsLoadedOverItsApi() throws Exception {
        for (String pushedTo : List.of(address(), NOBODY)) {
            String digest = push(pushedTo);
            forget();
            EngineImages images = new EngineImages(engine, registry.registry, NOBODY);
            assertThat(images.ensure(REPOSITORY, digest, image.engineId()))
                    .isEqualTo(image.engineId());
            assertThat(engine.image(image.engineId())).isPresent();
        }
    }

    @Test
    void anImageThatNobodyHasIsAFault() throws Exception {
        forget();
        EngineImages images = new EngineImages(engine, registry.registry, address());
        assertThatThrownBy(
                        () ->
                                images.ensure(
                                        REPOSITORY, "sha256:" + "0".repeat(64), image.engineId()))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("cannot bring back hello/web@sha256:000");
    }

    @Test
    void dockersOwnClientPushesAndPulls() throws Exception {
        assumeThat(engine.sharesLoopback()).as("the engine reaches this registry").isTrue();
        assumeThat(run("docker", "version")).as("docker's client is there").isZero();
        String config = folder.resolve("client").toString();
        String name = address() + "/hello/cli:v1";
        String token = registry.token(null, Right.READ, Right.PUSH).reveal();
        assertThat(run("docker", "--config", config, "login", "-u", "x", "-p", token, address()))
                .isZero();
        assertThat(run("docker", "tag", image.engineId(), name)).isZero();
        assertThat(run("docker", "--config", config, "push", name)).isZero();
        forget();
        assertThat(run("docker", "--config", config, "pull", name)).isZero();
        assertThat(engine.image(name).orElseThrow().getId()).isEqualTo(image.engineId());
        assertThat(run("docker", "--config", folder.toString(), "pull", name)).isNotZero();
    }

    private String address() {
        return "127.0.0.1:" + registry.port;
    }

    private ImageBuilder builder(String address) {
        return new DockerImageBuilder(engine, new EngineImages(engine, registry.registry, address));
    }

    private String push(String address) throws Exception {
        Destination to =
                new Destination(REPOSITORY, "v1", registry.token(null, Right.READ, Right.PUSH));
        return builder(address).push(image, to, new Silent()).digest();
    }

    private String manifest(String digest) {
        byte[] bytes = registry.registry.manifests().find(REPOSITORY, digest).orElseThrow().bytes();
        assertThat(Digest.of(bytes)).hasToString(digest);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private long blobs() throws IOException {
        try (var files = java.nio.file.Files.walk(folder.resolve("sha256"))) {
            return files.filter(java.nio.file.Files::isRegularFile).count();
        }
    }

    private void forget() {
        if (engine.image(image.engineId()).isPresent()) {
            engine.client().removeImageCmd(image.engineId()).withForce(true).exec();
        }
    }

    private static int run(String... command) throws Exception {
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private BuildOrder order() {
        String text = "FROM busybox\nRUN echo " + unique + " > /unique\nCMD [\"sh\"]\n";
        return new BuildOrder(
                new AttemptName("00000000", 1, 1),
                new Owner(1, REPOSITORY),
                (out, dockerfile) -> {
                    try (TarStream tar = new TarStream(out, 0)) {
                        byte[] bytes = dockerfile.text().getBytes(StandardCharsets.UTF_8);
                        tar.file(dockerfile.path(), bytes, 0);
                    }
                },
                new Dockerfile("Dockerfile", text),
                Map.of());
    }

    private static final class Silent implements ImageBuilder.Listener {
        @Override
        public void layer(
                String id,
                String name,
                boolean cached,
                @Nullable Instant started,
                @Nullable Instant ended,
                @Nullable String error) {}

        @Override
        public void output(String layerId, byte[] bytes) {}

        @Override
        public void note(String line) {}

        @Override
        public void progress(String line) {}
    }
}
