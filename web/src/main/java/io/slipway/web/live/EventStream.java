package io.slipway.web.live;

import io.slipway.db.Notifications;
import io.slipway.db.Signal;
import io.slipway.db.Subscription;
import io.slipway.engine.access.Tokens;
import io.slipway.web.http.ClientGone;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/// One open stream, on a thread of its own: it looks at its topics when something is notified, at
/// most ten times a second, and once a second anyway.
final class EventStream implements AutoCloseable {
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration CHECK_RIGHTS = Duration.ofSeconds(20);

    /// What lies between two looks at the same at least.
    static final Duration APART = Duration.ofMillis(100);

    private final List<Watch> watches;
    private final BooleanSupplier gone;
    private final BooleanSupplier allowed;
    private final Signal signal = new Signal();
    private final List<Subscription> subscriptions = new ArrayList<>();
    private final Map<Long, String> progress = new LinkedHashMap<>();
    private long checked = System.nanoTime();
    private volatile boolean revoked;

    /// @param gone whether the reader hung up
    /// @param allowed whether the reader may still read all of it
    EventStream(
            Notifications notifications,
            List<Watch> watches,
            BooleanSupplier gone,
            BooleanSupplier allowed) {
        this.watches = watches;
        this.gone = gone;
        this.allowed = allowed;
        for (String channel : List.of("run", "log")) {
            subscriptions.add(notifications.subscribe(channel, id -> notified(channel, id)));
        }
        subscriptions.add(notifications.subscribe("progress", this::progressed));
        subscriptions.add(notifications.subscribe(Tokens.REVOKED, ignored -> tokenRevoked()));
    }

    private void tokenRevoked() {
        revoked = true;
        signal.wake();
    }

    private record Progress(long job, String line) {}

    private void notified(String channel, String id) {
        for (Watch watch : watches) {
            if (watch.concerns(channel, id)) {
                watch.touch();
                signal.wake();
            }
        }
    }

    /// The payload is run, job and line, with a space between.
    private void progressed(String payload) {
        String[] parts = payload.split(" ", 3);
        boolean watched =
                parts.length == 3
                        && watches.stream()
                                .anyMatch(w -> w instanceof StateWatch s && s.isRun(parts[0]));
        if (watched) {
            synchronized (progress) {
                progress.put(Long.valueOf(parts[1]), parts[2]);
            }
            signal.wake();
        }
    }

    /// Runs until the reader hangs up, may no longer read, or the server stops.
    void run(EventOutput out) throws IOException {
        try {
            out.begin();
            while (!gone.getAsBoolean() && mayGoOn()) {
                for (Watch watch : watches) {
                    watch.look(out);
                }
                tellProgress(out);
                out.flush();
                Thread.sleep(APART);
                if (watches.stream().noneMatch(Watch::isTouched)) {
                    signal.await(POLL.minus(APART));
                }
            }
        } catch (ClientGone e) {
            // nobody is there to be told
        } catch (InterruptedException e) {
            // the server stops
        } finally {
            Thread.interrupted(); // it has done its work: the stream is ended in good order
        }
    }

    private boolean mayGoOn() {
        if (!revoked && System.nanoTime() - checked < CHECK_RIGHTS.toNanos()) {
            return true;
        }
        revoked = false;
        checked = System.nanoTime();
        return allowed.getAsBoolean();
    }

    private void tellProgress(EventOutput out) throws IOException {
        Map<Long, String> lines;
        synchronized (progress) {
            lines = Map.copyOf(progress);
            progress.clear();
        }
        for (Map.Entry<Long, String> line : lines.entrySet()) {
            out.event("progress", new Progress(line.getKey(), line.getValue()));
        }
    }

    @Override
    public void close() {
        subscriptions.forEach(Subscription::close);
        watches.forEach(Watch::close);
    }
}
