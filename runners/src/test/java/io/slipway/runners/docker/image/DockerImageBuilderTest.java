package io.slipway.runners.docker.image;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.image.ImageBuilder;
import io.slipway.engine.image.ImageBuilder.Built;
import io.slipway.engine.image.ImageBuilderContract;
import io.slipway.engine.image.Registry;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerExtension;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/// The engine's own BuildKit.
@ExtendWith({DatabaseExtension.class, DockerExtension.class})
final class DockerImageBuilderTest extends ImageBuilderContract {
    private final Database database;
    private final DockerEngine engine;
    private final DockerExtension.Instance instance;
    private final Set<String> made = new HashSet<>();
    @TempDir private Path folder;
    private TestRegistry test;
    private DockerImageBuilder builder;

    DockerImageBuilderTest(
            Database database, DockerEngine engine, DockerExtension.Instance instance) {
        this.database = database;
        this.engine = engine;
        this.instance = instance;
    }

    @BeforeEach
    void open() {
        test = TestRegistry.of(database, folder);
        builder =
                new DockerImageBuilder(
                        engine, new EngineImages(engine, test.registry(), "127.0.0.1:1"));
    }

    @AfterEach
    void nothingIsLeft() {
        made.forEach(id -> engine.client().removeImageCmd(id).withForce(true).exec());
    }

    @Override
    protected void forget(Built image) {
        made.add(image.engineId());
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
        return instance.id();
    }

    @Override
    protected String platform() {
        return "linux/" + engine.facts().architecture();
    }

    @Override
    protected String own() {
        return "the engine's own";
    }
}
