package io.slipway.engine.image;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;

/// Removes uploads that nobody goes on with, each hour until it is closed.
public final class StalledUploads implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StalledUploads.class);
    private static final Duration EACH = Duration.ofHours(1);

    private final Registry registry;
    private final Thread thread;

    /// @param registry whose uploads are looked through, for the first time at once
    public StalledUploads(Registry registry) {
        this.registry = registry;
        this.thread = Thread.ofVirtual().name("stalled-uploads").start(this::run);
    }

    private void run() {
        try {
            while (true) {
                sweep();
                Thread.sleep(EACH);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sweep() {
        try {
            int swept = registry.sweep();
            if (swept > 0) {
                log.info("{} stalled uploads are removed", swept);
            }
        } catch (IOException | RuntimeException e) {
            log.warn("stalled uploads can't be removed: {}", e.toString());
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
