package io.slipway.web.git;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Sends an empty packet of the side band now and then, so that nothing between client and server
/// takes a silent push for a dead one. Git prints nothing for it.
final class KeepAlive implements AutoCloseable {
    /// A packet of 5 bytes in the band for progress.
    private static final byte[] EMPTY = "0005\u0002".getBytes(StandardCharsets.ISO_8859_1);

    private final OutputStream out;
    private final Duration every;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean gone;

    /// @param out where the side band's packets go, each written whole
    KeepAlive(OutputStream out, Duration every) {
        this.out = out;
        this.every = every;
        this.thread = Thread.ofVirtual().name("keep-alive").start(this::run);
    }

    /// Whether the client hung up.
    boolean clientGone() {
        return gone;
    }

    private void run() {
        try {
            while (!closed.await(every.toMillis(), TimeUnit.MILLISECONDS)) {
                out.write(EMPTY, 0, EMPTY.length);
                out.flush();
            }
        } catch (IOException e) {
            gone = true;
        } catch (InterruptedException e) {
            gone = true;
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
