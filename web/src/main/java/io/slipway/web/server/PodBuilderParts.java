package io.slipway.web.server;

import io.slipway.engine.asking.ForeignLimits;
import io.slipway.engine.image.ImageBuilder;
import io.slipway.engine.image.Registry;
import io.slipway.engine.plan.Resources;
import io.slipway.runners.buildkit.BuildkitImageBuilder;
import io.slipway.runners.kubernetes.KubernetesCluster;
import io.slipway.runners.kubernetes.image.PodBuilders;
import io.slipway.web.settings.Settings.EngineSettings;

import java.time.Duration;
import java.util.Objects;

/// Builders as pods of a cluster. What they build goes to the engine too, which runs apps.
final class PodBuilderParts implements AutoCloseable {
    private static final Duration IDLE = Duration.ofMinutes(10);

    private final PodBuilders builders;
    private final BuildkitImageBuilder builder;

    /// @param docker has base images that no registry has
    /// @param registry where images go
    /// @param settings with a namespace for builders
    PodBuilderParts(
            KubernetesCluster cluster,
            String instance,
            DockerParts docker,
            Registry registry,
            EngineSettings settings) {
        ForeignLimits forks = settings.forks();
        this.builders =
                PodBuilders.of(
                        cluster,
                        instance,
                        new PodBuilders.Settings(
                                Objects.requireNonNull(settings.builder().namespace()),
                                settings.builder().image(),
                                settings.builder().limits(),
                                new Resources(forks.milliCpu(), forks.memoryBytes(), forks.pids()),
                                IDLE));
        this.builder =
                new BuildkitImageBuilder(
                        builders, registry, docker.bases(), docker.images()::bring);
    }

    PodBuilders builders() {
        return builders;
    }

    ImageBuilder builder() {
        return builder;
    }

    @Override
    public void close() {
        builder.close();
    }
}
