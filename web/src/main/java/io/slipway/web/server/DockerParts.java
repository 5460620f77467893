package io.slipway.web.server;

import io.slipway.engine.asking.ForeignLimits;
import io.slipway.engine.image.ImageBuilder;
import io.slipway.engine.image.Registry;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.trigger.Presence;
import io.slipway.runners.buildkit.BuildkitImageBuilder;
import io.slipway.runners.docker.DockerAddress;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.app.DockerDeployer;
import io.slipway.runners.docker.app.StoredImages;
import io.slipway.runners.docker.image.DockerBuilders;
import io.slipway.runners.docker.image.DockerImageBuilder;
import io.slipway.runners.docker.image.EngineImages;
import io.slipway.runners.docker.image.EngineOnlyImages;
import io.slipway.runners.docker.image.PreferredBuilder;
import io.slipway.runners.docker.job.DockerRunner;
import io.slipway.runners.docker.network.JobNetworks;
import io.slipway.runners.docker.network.RegistryNetwork;
import io.slipway.runners.docker.network.Subnets;
import io.slipway.web.settings.Settings.EngineSettings;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/// One Docker engine as runner, image builder and target.
final class DockerParts implements AutoCloseable {
    private static final int SPARE_NETWORKS = 2;

    /// A builder ends when nothing was built for so long; its cache stays.
    private static final Duration IDLE = Duration.ofMinutes(10);

    private final Closing closing = new Closing();
    private final DockerEngine engine;
    private final JobNetworks networks;
    private final RegistryNetwork registryNetwork;
    private final DockerRunner runner;
    private final EngineImages images;
    private final EngineOnlyImages bases;
    private final @Nullable DockerBuilders builders;
    private final ImageBuilder builder;
    private final DockerDeployer deployer;

    private static JobNetworks.Server server(Foundation base) {
        UUID id = base.folder().identity();
        return new JobNetworks.Server(id.toString(), () -> Presence.others(base.database(), id));
    }

    /// @param registry where its images go
    DockerParts(Foundation base, Registry registry) {
        EngineSettings settings = base.settings().engine();
        Map<String, String> env = environment(settings);
        try {
            DockerAddress address =
                    DockerAddress.find(env, Path.of(System.getProperty("user.home")));
            this.engine =
                    closing.add(
                            DockerEngine.connect(address, base.instance(), env, base.failpoint()));
            Subnets subnets = Subnets.of(engine.client(), settings.subnets());
            this.registryNetwork =
                    closing.add(new RegistryNetwork(engine.client(), base.instance(), subnets));
            this.networks =
                    new JobNetworks(engine, base.instance(), subnets, SPARE_NETWORKS, server(base));
            this.runner = closing.add(new DockerRunner(engine, base.instance(), networks));
            this.images = new EngineImages(engine, registry, settings.registry());
            this.bases = new EngineOnlyImages(engine, registry);
            this.builders =
                    settings.builder().image().isEmpty()
                            ? null
                            : new DockerBuilders(
                                    engine, base.instance(), networks, builderSettings(settings));
            this.builder = builder(builders, registry);
            this.deployer =
                    new DockerDeployer(
                            engine,
                            base.instance(),
                            new StoredImages(engine, images),
                            engine.reachesContainers(),
                            () -> subnets.free(24));
        } catch (Throwable e) {
            closing.close();
            throw e;
        }
    }

    /// Foreign sources get what a fork's job gets.
    private static DockerBuilders.Settings builderSettings(EngineSettings settings) {
        ForeignLimits forks = settings.forks();
        return new DockerBuilders.Settings(
                settings.builder().image(),
                settings.builder().limits(),
                new Resources(forks.milliCpu(), forks.memoryBytes(), forks.pids()),
                IDLE);
    }

    private ImageBuilder builder(@Nullable DockerBuilders containers, Registry registry) {
        DockerImageBuilder engines = new DockerImageBuilder(engine, images);
        if (containers == null) {
            return engines;
        }
        BuildkitImageBuilder own =
                closing.add(new BuildkitImageBuilder(containers, registry, bases, images::bring));
        return new PreferredBuilder(own, engines, containers, engine.sharesNetwork());
    }

    /// What the look-up of the engine reads.
    static Map<String, String> environment(EngineSettings settings) {
        Map<String, String> env = new HashMap<>(System.getenv());
        if (settings.docker() != null) {
            env.put("SLIPWAY_DOCKER", settings.docker());
        }
        env.put("SLIPWAY_REACH", settings.published() ? "published" : "auto");
        return env;
    }

    DockerEngine engine() {
        return engine;
    }

    JobNetworks networks() {
        return networks;
    }

    RegistryNetwork registryNetwork() {
        return registryNetwork;
    }

    DockerRunner runner() {
        return runner;
    }

    EngineImages images() {
        return images;
    }

    ImageBuilder builder() {
        return builder;
    }

    /// Images that only the engine has.
    EngineOnlyImages bases() {
        return bases;
    }

    /// Builders as containers; null when the engine itself builds.
    @Nullable DockerBuilders builders() {
        return builders;
    }

    DockerDeployer deployer() {
        return deployer;
    }

    @Override
    public void close() {
        closing.close();
    }
}
