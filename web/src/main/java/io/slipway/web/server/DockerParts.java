package io.slipway.web.server;

import io.slipway.engine.image.Registry;
import io.slipway.runners.docker.DockerAddress;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.app.DockerDeployer;
import io.slipway.runners.docker.app.StoredImages;
import io.slipway.runners.docker.image.DockerImageBuilder;
import io.slipway.runners.docker.image.EngineImages;
import io.slipway.runners.docker.job.DockerRunner;
import io.slipway.runners.docker.network.JobNetworks;
import io.slipway.runners.docker.network.RegistryNetwork;
import io.slipway.runners.docker.network.Subnets;
import io.slipway.web.settings.Settings.EngineSettings;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// One Docker engine as runner, image builder and target.
final class DockerParts implements AutoCloseable {
    private static final int SPARE_NETWORKS = 2;

    private final Closing closing = new Closing();
    private final DockerEngine engine;
    private final JobNetworks networks;
    private final RegistryNetwork registryNetwork;
    private final DockerRunner runner;
    private final EngineImages images;
    private final DockerImageBuilder builder;
    private final DockerDeployer deployer;

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
            this.networks = new JobNetworks(engine, base.instance(), subnets, SPARE_NETWORKS);
            this.runner = closing.add(new DockerRunner(engine, base.instance(), networks));
            this.images = new EngineImages(engine, registry, settings.registry());
            this.builder = new DockerImageBuilder(engine, images);
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

    DockerImageBuilder builder() {
        return builder;
    }

    DockerDeployer deployer() {
        return deployer;
    }

    @Override
    public void close() {
        closing.close();
    }
}
