package io.slipway.runners.docker.image;

import io.slipway.engine.image.BuildFailed;
import io.slipway.engine.image.ImageBuilder;
import io.slipway.engine.run.AttemptName;
import io.slipway.fault.Fault;
import io.slipway.runners.buildkit.BuilderTrial;
import io.slipway.runners.buildkit.Builders.Builder;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Builds in containers of the projects' own where that works, which a trial shows at first use,
/// else through the engine's own BuildKit. While the builder's image is still pulled, nobody waits
/// for it.
public final class PreferredBuilder implements ImageBuilder {
    private static final Logger LOG = LoggerFactory.getLogger(PreferredBuilder.class);
    private static final long TRIAL_SECONDS = 60;
    private static final long AGAIN_SECONDS = 600;

    private final ImageBuilder own;
    private final ImageBuilder engines;
    private final DockerBuilders builders;
    private final boolean here;
    private @Nullable CompletableFuture<Boolean> trial;
    private Instant began = Instant.EPOCH;

    /// @param own builds in containers
    /// @param engines builds in the engine
    /// @param builders those containers
    /// @param here whether the engine is on this machine
    public PreferredBuilder(
            ImageBuilder own, ImageBuilder engines, DockerBuilders builders, boolean here) {
        this.own = own;
        this.engines = engines;
        this.builders = builders;
        this.here = here;
    }

    @Override
    public Built build(BuildOrder order, Listener listener)
            throws BuildFailed, InterruptedException {
        return (works() ? own : engines).build(order, listener);
    }

    /// Whether builds go into containers now.
    private boolean works() throws InterruptedException {
        CompletableFuture<Boolean> running = trial();
        if (!running.isDone() && !builders.hasImage()) {
            return false;
        }
        try {
            return running.get(TRIAL_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return false;
        }
    }

    /// The newest trial; after one that failed there is another one some time later.
    private synchronized CompletableFuture<Boolean> trial() {
        boolean failed = trial != null && trial.isDone() && !trial.getNow(true);
        if (trial == null || failed && began.plusSeconds(AGAIN_SECONDS).isBefore(Instant.now())) {
            began = Instant.now();
            CompletableFuture<Boolean> next = new CompletableFuture<>();
            Thread.ofVirtual().name("builder-trial").start(() -> next.complete(tried()));
            trial = next;
        }
        return trial;
    }

    private boolean tried() {
        try {
            builders.pullImage();
            Builder builder = builders.trial(new Untold());
            String problem;
            try {
                problem = BuilderTrial.of(builder);
            } finally {
                builders.close(builder);
            }
            if (problem.isEmpty()) {
                return true;
            }
            LOG.warn(
                    "images are built by the engine's own BuildKit, which no limit holds: a builder"
                            + " of one's own does not work here: {}. {}",
                    problem,
                    BuilderTrial.remedy(here));
        } catch (Fault e) {
            LOG.warn(
                    "images are built by the engine's own BuildKit, which no limit holds: {}. Set"
                            + " SLIPWAY_BUILDER_IMAGE to an image of rootless BuildKit that the"
                            + " engine can pull, or to none",
                    e.message());
        } catch (RuntimeException e) {
            LOG.warn("images are built by the engine's own BuildKit: {}", e.toString());
        }
        return false;
    }

    @Override
    public Pushed push(Built image, Destination to, Listener listener) throws InterruptedException {
        return (image.digest().isEmpty() ? engines : own).push(image, to, listener);
    }

    @Override
    public void remove(AttemptName attempt) {
        own.remove(attempt);
        engines.remove(attempt);
    }

    /// Nobody looks at a trial.
    private static final class Untold implements Listener {
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
        public void progress(String line) {
            LOG.debug("{}", line);
        }
    }
}
