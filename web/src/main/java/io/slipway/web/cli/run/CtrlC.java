package io.slipway.web.cli.run;

import sun.misc.Signal;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// The wish to end: Ctrl-C, a terminal that goes away, `kill`. The first is obeyed in order; the
/// second ends the process at once, and the next run then removes what this one left.
final class CtrlC {
    static final int EXIT_CODE = 130;

    private final AtomicInteger times = new AtomicInteger();
    private final AtomicReference<Runnable> action = new AtomicReference<>(() -> {});

    private CtrlC() {}

    /// Begins to listen, for the rest of the process.
    static CtrlC watch() {
        CtrlC made = new CtrlC();
        for (String name : List.of("INT", "TERM", "HUP")) {
            Signal.handle(new Signal(name), signal -> made.press());
        }
        return made;
    }

    private void press() {
        if (times.incrementAndGet() > 1) {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
        Thread.ofVirtual().name("ctrl-c").start(action.get());
    }

    boolean pressed() {
        return times.get() > 0;
    }

    /// What is done when it is pressed; at once when it was already.
    void then(Runnable work) {
        action.set(work);
        if (pressed()) {
            work.run();
        }
    }
}
