package io.slipway.engine.queue;

import org.jspecify.annotations.Nullable;

import java.util.PriorityQueue;
import java.util.Random;

/// The virtual clock, in milliseconds, what happens when, and the way between processes and the
/// database: it may take long, and what is on it may be lost.
final class SimulatedTime {
    private final Random random;
    private final long calm;
    private final PriorityQueue<SimulatedEvent> events = new PriorityQueue<>();
    private long order;
    long at;

    /// @param calm from when on nothing is late or lost
    SimulatedTime(Random random, long calm) {
        this.random = random;
        this.calm = calm;
    }

    /// The next event, and its time is now.
    ///
    /// @return null when there is none until then
    @Nullable Runnable next(long end) {
        SimulatedEvent event = events.peek();
        if (event == null || event.time() > end) {
            return null;
        }
        events.remove();
        at = event.time();
        return event.what();
    }

    void on(long time, Runnable what) {
        events.add(new SimulatedEvent(time, order++, what));
    }

    void after(long millis, Runnable what) {
        on(at + millis, what);
    }

    /// Something of a process: it waits while the process is paused, and never happens in a later
    /// life.
    void within(SimulatedServer server, int life, long millis, Runnable what) {
        after(
                millis,
                () -> {
                    if (server.life != life) {
                        return;
                    }
                    if (server.pausedUntil > at) {
                        within(server, life, server.pausedUntil - at, what);
                    } else {
                        what.run();
                    }
                });
    }

    /// Asks the database. Either way may take long or be lost; before it is calm only.
    void ask(SimulatedServer server, Runnable there, Runnable answered, Runnable unknown) {
        boolean rough = at < calm && random.nextInt(5) == 0;
        long way = rough ? random.nextInt(8_000) : random.nextInt(20);
        int fate = rough ? random.nextInt(3) : 2;
        if (at < server.awayUntil) {
            fate = random.nextInt(2);
        }
        ask(server, way, fate, there, answered, unknown);
    }

    /// @param fate 0: it never arrives; 1: its answer does not; 2: neither is lost
    private void ask(
            SimulatedServer server,
            long way,
            int fate,
            Runnable there,
            Runnable answered,
            Runnable unknown) {
        int life = server.life;
        if (fate == 0) {
            within(server, life, 5_000, unknown);
            return;
        }
        after(
                way,
                () -> {
                    there.run();
                    if (fate == 1) {
                        within(server, life, 5_000, unknown);
                    } else {
                        within(server, life, random.nextInt(20), answered);
                    }
                });
    }

    void each(SimulatedServer server, int life, long millis, Runnable what) {
        within(
                server,
                life,
                millis,
                () -> {
                    what.run();
                    each(server, life, millis, what);
                });
    }

    long nanos() {
        return at * 1_000_000;
    }
}
