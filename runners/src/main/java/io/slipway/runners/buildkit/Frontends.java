package io.slipway.runners.buildkit;

import io.slipway.engine.image.BuildFailed;
import io.slipway.engine.image.ImageBuilder.BuildOrder;
import io.slipway.engine.image.ImageBuilder.Dockerfile;
import io.slipway.engine.image.ImageBuilder.Listener;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/// Which program reads a Dockerfile: the one that it names, where it may and can be had, else the
/// builder's own.
public final class Frontends {
    /// After this long a frontend that could not be pulled is tried again.
    private static final Duration TRIED_AGAIN = Duration.ofMinutes(10);

    private final Map<String, Instant> missing = new ConcurrentHashMap<>();
    private final String own;

    /// @param own whose frontend is used instead, such as `the engine's own`
    public Frontends(String own) {
        this.own = own;
    }

    /// Builds with one Dockerfile.
    ///
    /// @param <T> what comes of it
    @FunctionalInterface
    public interface Build<T> {
        /// @param dockerfile the order's, or the same without its `# syntax=`
        T with(Dockerfile dockerfile) throws BuildFailed, InterruptedException;
    }

    /// Builds, a second time where the frontend can't be had.
    ///
    /// @param gone whether that is what came of a build
    /// @throws BuildFailed when the Dockerfile names a frontend that it may not
    public <T> T build(BuildOrder order, Listener listener, Build<T> build, Predicate<T> gone)
            throws BuildFailed, InterruptedException {
        Frontend frontend = Frontend.of(order.dockerfile().text());
        frontend.check();
        if (!frontend.named()) {
            return build.with(order.dockerfile());
        }
        if (!order.foreign() && !lately(frontend)) {
            T ended = build.with(order.dockerfile());
            if (!gone.test(ended)) {
                return ended;
            }
            missing.put(frontend.image(), Instant.now());
        }
        listener.note(
                "the syntax "
                        + frontend.image()
                        + (order.foreign() ? " is a fork's wish" : " can't be pulled")
                        + ": "
                        + own
                        + " Dockerfile frontend is used");
        return build.with(frontend.without(order.dockerfile()));
    }

    /// Whether this frontend could not be had a short while ago.
    private boolean lately(Frontend frontend) {
        Instant tried = missing.get(frontend.image());
        return tried != null && tried.plus(TRIED_AGAIN).isAfter(Instant.now());
    }
}
