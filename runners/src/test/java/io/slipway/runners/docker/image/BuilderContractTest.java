package io.slipway.runners.docker.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.image.ImageBuilder;
import io.slipway.engine.image.ImageBuilder.Built;
import io.slipway.engine.image.ImageBuilder.Destination;
import io.slipway.engine.image.ImageBuilder.Pushed;
import io.slipway.engine.image.ImageBuilderContract;
import io.slipway.engine.image.Registry;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerExtension;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// BuildKit in a container of the project's own.
@ExtendWith({DatabaseExtension.class, DockerExtension.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BuilderContractTest extends ImageBuilderContract {
    private DockerEngine engine;
    private DockerExtension.Instance instance;
    private BuilderFixture fixture;

    @BeforeAll
    void open(
            @TempDir Path folder,
            Database database,
            DockerEngine given,
            DockerExtension.Instance of)
            throws Exception {
        engine = given;
        instance = of;
        fixture = BuilderFixture.of(engine, instance.id(), TestRegistry.of(database, folder));
    }

    @AfterAll
    void close() {
        Optional.ofNullable(fixture).ifPresent(BuilderFixture::close); // no builder: none was made
    }

    @Test
    void theBuilderBelongsToTheProjectAndThatOfForeignSourcesToTheAttempt() throws Exception {
        build("FROM busybox\nRUN echo " + unique + "\n");
        var foreign = order("FROM busybox\nRUN echo foreign " + unique + "\n", Map.of(), true);
        builder().build(foreign, told);
        assertThat(fixture.names())
                .contains(
                        "/slipway-" + instance.id() + "-builder-" + project(),
                        "/" + foreign.name() + ".builder");
        assertThat(fixture.builders().present()).isEqualTo(Set.of(foreign.name()));
        builder().remove(foreign.name());
        assertThat(fixture.names()).doesNotContain("/" + foreign.name() + ".builder");
    }

    /// The image that FROM names is on the engine only; the one that is built comes back to it.
    @Test
    void theEngineRunsWhatWasBuilt() throws Exception {
        Built built = build("FROM busybox\nRUN echo " + unique + " >/word\n");
        Pushed pushed =
                builder()
                        .push(
                                built,
                                new Destination("contract/web", "run", TokenText.random()),
                                told);
        try {
            assertThat(engine.image(pushed.engineId())).isPresent();
            assertThat(engine.image("127.0.0.1:1/contract/web:run")).isPresent();
        } finally {
            engine.client().removeImageCmd(pushed.engineId()).withForce(true).exec();
        }
    }

    @Override
    protected ImageBuilder builder() {
        return fixture.builder();
    }

    @Override
    protected Registry registry() {
        return fixture.test().registry();
    }

    @Override
    protected long project() {
        return fixture.test().project();
    }

    @Override
    protected String instance() {
        return instance.id();
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
