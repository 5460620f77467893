package io.slipway.runners.docker.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.exception.NotFoundException;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.image.ImageBuilder;
import io.slipway.engine.image.ImageBuilder.BuildOrder;
import io.slipway.engine.image.ImageBuilder.Built;
import io.slipway.engine.image.ImageBuilderContract;
import io.slipway.engine.image.Recorded;
import io.slipway.fault.Fault;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerExtension;
import io.slipway.runners.docker.EngineProxy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// How builders come and go.
@ExtendWith({DatabaseExtension.class, DockerExtension.class})
@Timeout(180)
final class BuilderLifeTest {
    private static final long PROJECT = 7;

    private final Database database;
    private final DockerEngine engine;
    private final String instance;
    private final String unique = UUID.randomUUID().toString();
    @TempDir private Path folder;
    private TestRegistry test;
    private BuilderFixture fixture;

    BuilderLifeTest(Database database, DockerEngine engine, DockerExtension.Instance instance) {
        this.database = database;
        this.engine = engine;
        this.instance = instance.id();
    }

    @BeforeEach
    void open() throws Exception {
        test = TestRegistry.of(database, folder.resolve("blobs"));
        fixture = fixture(engine, Duration.ofMinutes(10));
    }

    private BuilderFixture fixture(DockerEngine of, Duration idle) throws Exception {
        return BuilderFixture.of(of, instance, test, BuilderFixture.LIMITS, idle);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    /// What is left of a killed server are connections that end. Its build ends with them, and the
    /// next server builds in the same container, from the cache.
    @Test
    void aKilledServersBuildEndsAndTheNextGoesOnInItsBuilder() throws Exception {
        String dockerfile =
                "FROM busybox\nRUN echo first %s\nRUN echo begun; sleep 300; echo %s\n"
                        .formatted(unique, unique);
        Recorded told = new Recorded();
        try (EngineProxy proxy = new EngineProxy(engine, folder);
                DockerEngine behind = DockerEngine.connect(proxy.address(), instance, Map.of())) {
            BuilderFixture killed = fixture(behind, Duration.ofMinutes(10));
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            Thread.ofVirtual()
                    .start(
                            () ->
                                    thrown.complete(
                                            catchThrowable(
                                                    () ->
                                                            killed.builder()
                                                                    .build(
                                                                            order(dockerfile),
                                                                            told))));
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> told.output.containsValue("begun\n"));
            String container = container();
            proxy.goAway();
            assertThat(thrown.get()).isInstanceOf(Fault.class);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !ImageBuilderContract.runs("sleep 300"));
            Recorded next = new Recorded();
            Built built =
                    fixture.builder().build(order(dockerfile.replace("sleep 300; ", "")), next);
            assertThat(built.digest()).isNotEmpty();
            assertThat(next.layers).containsEntry("[2/3] RUN echo first " + unique, "cached");
            assertThat(container()).isEqualTo(container);
        }
    }

    @Test
    void aBuilderThatIsKilledCostsItsBuildAndNoMore() throws Exception {
        Recorded told = new Recorded();
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        BuildOrder order = order("FROM busybox\nRUN echo begun; sleep 300; echo " + unique + "\n");
        Thread.ofVirtual()
                .start(
                        () ->
                                thrown.complete(
                                        catchThrowable(
                                                () -> fixture.builder().build(order, told))));
        await().atMost(Duration.ofSeconds(60)).until(() -> told.output.containsValue("begun\n"));
        String container = container();
        engine.client().killContainerCmd(container).exec();
        assertThat(thrown.get())
                .isInstanceOf(Fault.class)
                .hasMessage("cannot build the image: its builder ended with exit code 137");
        build("FROM busybox\nRUN echo after " + unique + "\n");
        assertThat(container()).isNotEqualTo(container);
    }

    @Test
    void aBuilderEndsWhenItIsIdleAndItsCacheStays() throws Exception {
        fixture = fixture(engine, Duration.ofSeconds(5));
        String dockerfile = "FROM busybox\nRUN echo " + unique + "\n";
        BuildOrder first = order(dockerfile);
        fixture.builder().build(first, new Recorded());
        String container = container();
        fixture.builder().remove(first.name());
        await().atMost(Duration.ofSeconds(60))
                .until(
                        () ->
                                !Boolean.TRUE.equals(
                                        engine.client()
                                                .inspectContainerCmd(container)
                                                .exec()
                                                .getState()
                                                .getRunning()));
        Recorded told = new Recorded();
        fixture.builder().build(order(dockerfile), told);
        assertThat(told.layers).containsEntry("[2/2] RUN echo " + unique, "cached");
        assertThat(container()).isNotEqualTo(container);
    }

    @Test
    void builderAndCacheOfAProjectThatIsGoneAreSwept() throws Exception {
        build("FROM busybox\nRUN echo " + unique + "\n");
        fixture.builders().sweep(project -> project == PROJECT);
        assertThat(fixture.names()).hasSize(1);
        fixture.builders().sweep(project -> false);
        assertThat(fixture.names()).isEmpty();
        assertThat(DockerExtension.left(engine.client(), instance))
                .noneMatch(left -> left.startsWith("volume"));
    }

    @Test
    void serversThatWantABuilderAtOnceShareOne() throws Exception {
        BuilderFixture other = fixture(engine, Duration.ofMinutes(10));
        CompletableFuture<Built> there = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                there.complete(
                                        other.builder()
                                                .build(
                                                        order("FROM busybox\nRUN echo a\n"),
                                                        new Recorded()));
                            } catch (Throwable e) {
                                there.completeExceptionally(e);
                            }
                        });
        build("FROM busybox\nRUN echo b " + unique + "\n");
        there.get();
        assertThat(fixture.names()).hasSize(1);
        other.builder().close();
    }

    @Test
    void whatTheTrialShowsDecidesWhoBuilds() throws Exception {
        ImageBuilder engines =
                new DockerImageBuilder(
                        engine, new EngineImages(engine, test.registry(), "127.0.0.1:1"));
        ImageBuilder works =
                new PreferredBuilder(fixture.builder(), engines, fixture.builders(), true);
        String dockerfile = "FROM busybox\nRUN echo " + unique + "\n";
        assertThat(works.build(order(dockerfile), new Recorded()).digest()).isNotEmpty();
        assertThat(fixture.names()).noneMatch(name -> name.contains("trial"));
        DockerBuilders without =
                new DockerBuilders(
                        engine,
                        instance,
                        fixture.networks(),
                        new DockerBuilders.Settings(
                                "127.0.0.1:1/slipway-test/none:1",
                                BuilderFixture.LIMITS,
                                BuilderFixture.LIMITS,
                                Duration.ofMinutes(1)));
        ImageBuilder fallen = new PreferredBuilder(fixture.builder(), engines, without, true);
        Built built = fallen.build(order(dockerfile), new Recorded());
        assertThat(built.digest()).isEmpty();
        engine.client().removeImageCmd(built.engineId()).withForce(true).exec();
    }

    private void build(String dockerfile) throws Exception {
        fixture.builder().build(order(dockerfile), new Recorded());
    }

    private BuildOrder order(String dockerfile) {
        return Orders.of(instance, PROJECT, dockerfile);
    }

    /// The id of the project's builder; empty when there is none.
    private String container() {
        try {
            return engine.client()
                    .inspectContainerCmd("slipway-" + instance + "-builder-" + PROJECT)
                    .exec()
                    .getId();
        } catch (NotFoundException e) {
            return "";
        }
    }
}
