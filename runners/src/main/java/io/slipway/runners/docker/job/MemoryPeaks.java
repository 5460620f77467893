package io.slipway.runners.docker.job;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Reads the most memory that containers have used, four times a second, since the kernel forgets
/// it with the container. Nothing is read where the kernel's files are not this machine's.
final class MemoryPeaks implements AutoCloseable {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final long EACH_MILLIS = 250;

    private final ScheduledThreadPoolExecutor clock;
    private final boolean readable;

    MemoryPeaks(boolean readable) {
        this.readable = readable;
        this.clock =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("memory-peaks").factory());
        clock.setRemoveOnCancelPolicy(true);
    }

    /// Reads for one container until it is closed.
    Peak follow(String container) {
        return new Peak(readable ? candidates(container) : List.of());
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }

    /// Where kernels of both versions keep it, under both drivers of engines.
    private static List<Path> candidates(String id) {
        return List.of(
                ROOT.resolve("memory/docker/" + id + "/memory.max_usage_in_bytes"),
                ROOT.resolve("system.slice/docker-" + id + ".scope/memory.peak"),
                ROOT.resolve("docker/" + id + "/memory.peak"),
                ROOT.resolve(
                        "memory/system.slice/docker-" + id + ".scope/memory.max_usage_in_bytes"));
    }

    /// The most that one container has used.
    final class Peak implements AutoCloseable {
        private final List<Path> files;
        private final ScheduledFuture<?> reading;
        private volatile long bytes;

        private Peak(List<Path> files) {
            this.files = files;
            this.reading =
                    clock.scheduleAtFixedRate(
                            this::read, EACH_MILLIS / 4, EACH_MILLIS, TimeUnit.MILLISECONDS);
        }

        /// Bytes; 0 when not known.
        long bytes() {
            return bytes;
        }

        @Override
        public void close() {
            reading.cancel(false);
        }

        private void read() {
            for (Path file : files) {
                try {
                    bytes = Math.max(bytes, Long.parseLong(Files.readString(file).strip()));
                    return;
                } catch (IOException | NumberFormatException e) {
                    // the next one, or none: the container has ended
                }
            }
        }
    }
}
