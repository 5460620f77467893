package io.slipway.web.cli.remote;

import io.slipway.fault.Fault;
import io.slipway.web.client.ApiClient;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Listens for changes of one run, on a thread of its own, until it is closed.
final class RunEvents implements AutoCloseable {
    private final ApiClient api;
    private final String path;
    private final Semaphore changes = new Semaphore(1);
    private final Thread thread;
    private volatile boolean closed;

    RunEvents(ApiClient api, String project, long number) {
        this.api = api;
        this.path = "/stream?topics=" + ApiClient.escaped("run:" + project + "/" + number);
        this.thread = Thread.ofVirtual().name("run-events").start(this::listen);
    }

    private void listen() {
        while (!closed) {
            try (BufferedReader events = api.lines(path)) {
                for (String line = events.readLine(); line != null; line = events.readLine()) {
                    if (line.equals("event: changed")) {
                        changes.release();
                    }
                }
                pause();
            } catch (IOException | Fault e) {
                pause();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /// The server restarts: what happens meanwhile is looked for.
    private void pause() {
        changes.release();
        try {
            Thread.sleep(1_000);
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    /// Whether something changed since this was asked the last time; waits for it at most so long.
    boolean changed(Duration atMost) throws InterruptedException {
        boolean changed = changes.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS);
        changes.drainPermits();
        return changed;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
