package io.slipway.engine.inbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// Has what many threads bring written by one, several at once: while some of it is being written
/// the next gathers. So a burst costs one commit for many, and one alone waits for nobody. Safe for
/// use by many threads.
final class Together<T> {
    private static final int MOST = 64;

    private final String name;
    private final Consumer<List<T>> writing;
    private final Queue<T> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean busy = new AtomicBoolean();

    /// @param name of the thread that writes; there is one only while there is something to write
    /// @param writing takes up to 64, in the order in which they came; it throws nothing
    Together(String name, Consumer<List<T>> writing) {
        this.name = name;
        this.writing = writing;
    }

    /// Has it written soon, and does not wait for it.
    void add(T one) {
        waiting.add(one);
        begin();
    }

    /// One thread writes; who comes while it ends begins anew.
    private void begin() {
        if (!waiting.isEmpty() && busy.compareAndSet(false, true)) {
            try {
                Thread.ofVirtual().name(name).start(this::all);
            } catch (RuntimeException | Error e) {
                busy.set(false);
                throw e;
            }
        }
    }

    private void all() {
        try {
            for (List<T> some = next(); !some.isEmpty(); some = next()) {
                writing.accept(some);
            }
        } finally {
            busy.set(false);
            begin();
        }
    }

    private List<T> next() {
        List<T> some = new ArrayList<>();
        for (T one = waiting.poll(); one != null; one = waiting.poll()) {
            some.add(one);
            if (some.size() == MOST) {
                break;
            }
        }
        return some;
    }
}
