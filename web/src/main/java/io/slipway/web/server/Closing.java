package io.slipway.web.server;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/// Closes what was opened, in reverse order, each part though another one fails. What takes long is
/// named in the log.
final class Closing implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Closing.class);

    /// After which the log says what holds up the end.
    private static final Duration LONG = Duration.ofSeconds(3);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    <T extends AutoCloseable> T add(T part) {
        opened.push(part);
        return part;
    }

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            AutoCloseable part = opened.pop();
            long begin = System.nanoTime();
            try {
                part.close();
            } catch (Exception e) {
                log.warn("a part did not close: {}", e.toString());
            }
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            if (took.compareTo(LONG) > 0) {
                log.warn("{} took {} s to close", part.getClass().getName(), took.toSeconds());
            }
        }
    }
}
