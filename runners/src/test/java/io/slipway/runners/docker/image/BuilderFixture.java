package io.slipway.runners.docker.image;

import io.slipway.engine.plan.Resources;
import io.slipway.runners.buildkit.BuilderImage;
import io.slipway.runners.buildkit.BuildkitImageBuilder;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.Labels;
import io.slipway.runners.docker.network.JobNetworks;
import io.slipway.runners.docker.network.Subnets;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/// Builders as containers, with everything that they need.
record BuilderFixture(
        DockerEngine engine,
        String instance,
        TestRegistry test,
        JobNetworks networks,
        DockerBuilders builders,
        BuildkitImageBuilder builder)
        implements AutoCloseable {
    static final Resources LIMITS = new Resources(1500, 512L << 20, 512);
    private static final Resources FOREIGN = new Resources(1000, 256L << 20, 256);

    static BuilderFixture of(DockerEngine engine, String instance, TestRegistry test)
            throws IOException {
        return of(engine, instance, test, LIMITS, Duration.ofMinutes(10));
    }

    static BuilderFixture of(
            DockerEngine engine,
            String instance,
            TestRegistry test,
            Resources limits,
            Duration idle)
            throws IOException {
        String image = BuilderImage.find(name -> engine.image(name).isPresent());
        JobNetworks networks =
                new JobNetworks(engine, instance, Subnets.of(engine.client(), ""), 0);
        DockerBuilders builders =
                new DockerBuilders(
                        engine,
                        instance,
                        networks,
                        new DockerBuilders.Settings(image, limits, FOREIGN, idle));
        EngineImages images = new EngineImages(engine, test.registry(), "127.0.0.1:1");
        BuildkitImageBuilder builder =
                new BuildkitImageBuilder(
                        builders,
                        test.registry(),
                        new EngineOnlyImages(engine, test.registry()),
                        images::bring);
        return new BuilderFixture(engine, instance, test, networks, builders, builder);
    }

    /// Of all containers of the instance.
    List<String> names() {
        return engine
                .client()
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(List.of(Labels.INSTANCE + "=" + instance))
                .exec()
                .stream()
                .flatMap(one -> Stream.of(one.getNames()))
                .toList();
    }

    /// Removes everything, the caches too.
    @Override
    public void close() {
        builder.close();
        RunningBuilders running = new RunningBuilders(engine, instance);
        running.remove();
        running.removeCaches();
        networks.close();
    }
}
