package io.slipway.web.traffic;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// Requests at a steady rate, half of them over kept connections and half over new ones. None is
/// ever repeated.
public final class Load implements AutoCloseable {
    private final Queue<Wire> idle = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final AtomicInteger succeeded = new AtomicInteger();
    private final int port;
    private final String host;
    private volatile boolean going = true;

    Load(int port, int perSecond) {
        this(port, "hello.localhost", perSecond);
    }

    /// Begins at once.
    public Load(int port, String host, int perSecond) {
        this.port = port;
        this.host = host;
        threads.execute(() -> drive(perSecond));
    }

    private void drive(int perSecond) {
        long next = System.nanoTime();
        for (int i = 0; going; i++) {
            boolean kept = i % 2 == 0;
            threads.execute(() -> ask(kept));
            next += 1_000_000_000L / perSecond;
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    private void ask(boolean kept) {
        try {
            Wire reused = kept ? idle.poll() : null;
            Wire wire = reused == null ? new Wire(port) : reused;
            Wire.Answer answer = wire.send("GET", "/", host);
            if (answer.status() == 200) {
                succeeded.incrementAndGet();
            } else {
                failures.add(answer.status() + " " + answer.body());
            }
            if (kept && answer.header("Connection").isEmpty()) {
                idle.add(wire);
            } else {
                wire.close();
            }
        } catch (Exception e) {
            failures.add(String.valueOf(e));
        }
    }

    public int succeeded() {
        return succeeded.get();
    }

    public List<String> failures() {
        return failures;
    }

    /// No new ones; waits for those on their way.
    public void stop() throws InterruptedException {
        going = false;
        threads.shutdown();
        threads.awaitTermination(30, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        going = false;
        threads.shutdownNow();
        for (Wire wire : idle) {
            try {
                wire.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
