package io.slipway.engine.run;

import io.slipway.db.Notifications;
import io.slipway.db.Signal;
import io.slipway.db.Subscription;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// Wakes whoever shows a run when it has changed. A wake says only that it is worth looking; one
/// may be lost, so that a wait ends after a second at the latest.
public final class RunChanges implements AutoCloseable {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);
    private static final int MOST_LINES = 100;

    private final Map<Long, List<Watch>> watches = new ConcurrentHashMap<>();
    private final Subscription changes;
    private final Subscription progress;

    public RunChanges(Notifications notifications) {
        this.changes = notifications.subscribe("run", this::changed);
        this.progress = notifications.subscribe("progress", this::progressed);
    }

    /// Begins to watch a run; close the watch when done.
    public Watch watch(long runId) {
        Watch watch = new Watch(runId);
        watches.computeIfAbsent(runId, id -> new CopyOnWriteArrayList<>()).add(watch);
        return watch;
    }

    private void changed(String payload) {
        if (payload.isEmpty()) {
            watches.values().forEach(all -> all.forEach(Watch::wake));
        } else {
            of(payload).forEach(Watch::wake);
        }
    }

    /// The payload is run, job and line, with a space between.
    private void progressed(String payload) {
        String[] parts = payload.split(" ", 3);
        if (parts.length == 3) {
            of(parts[0]).forEach(watch -> watch.line(Long.parseLong(parts[1]), parts[2]));
        }
    }

    private List<Watch> of(String runId) {
        return watches.getOrDefault(Long.parseLong(runId), List.of());
    }

    @Override
    public void close() {
        changes.close();
        progress.close();
    }

    /// What is done or waited for now; not kept anywhere.
    public record Progress(long jobId, String line) {}

    /// One viewer of one run.
    public final class Watch implements AutoCloseable {
        private final long runId;
        private final Signal signal = new Signal();
        private final List<Progress> lines = new ArrayList<>();

        private Watch(long runId) {
            this.runId = runId;
        }

        /// Waits for a change, at most this long and never longer than a second.
        public void await(Duration atMost) {
            signal.await(atMost.compareTo(LONGEST_WAIT) < 0 ? atMost : LONGEST_WAIT);
        }

        /// The lines of progress since the last call, oldest first.
        public synchronized List<Progress> progress() {
            List<Progress> taken = List.copyOf(lines);
            lines.clear();
            return taken;
        }

        private void wake() {
            signal.wake();
        }

        private void line(long jobId, String line) {
            synchronized (this) {
                if (lines.size() < MOST_LINES) {
                    lines.add(new Progress(jobId, line));
                }
            }
            wake();
        }

        @Override
        public void close() {
            watches.computeIfPresent(
                    runId,
                    (id, all) -> {
                        all.remove(this);
                        return all.isEmpty() ? null : all;
                    });
        }
    }
}
