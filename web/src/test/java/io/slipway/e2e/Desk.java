package io.slipway.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Where servers under test tell which failpoints they reach, and are told at which to hold.
final class Desk implements AutoCloseable {
    private final ServerSocket listening;
    private final Map<String, AtomicInteger> visits = new ConcurrentSkipListMap<>();
    private final Set<Socket> servers = ConcurrentHashMap.newKeySet();
    private Set<String> armed = Set.of();
    private String hit = "";

    Desk() {
        try {
            this.listening = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().name("desk").start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket server = listening.accept();
                servers.add(server);
                Thread.ofVirtual().start(() -> listen(server));
            }
        } catch (IOException e) {
            // it was closed
        }
    }

    private void listen(Socket server) {
        try (server;
                BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(
                                        server.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String point = line.substring(line.indexOf(' ') + 1);
                visits.computeIfAbsent(point, _ -> new AtomicInteger()).incrementAndGet();
                if (line.startsWith("hit ")) {
                    hit(point);
                }
            }
        } catch (IOException e) {
            // the server was killed
        } finally {
            servers.remove(server);
        }
    }

    private synchronized void hit(String point) {
        if (hit.isEmpty() && armed.contains(point)) {
            hit = point;
            notifyAll();
        }
    }

    /// Has every server hold each thread that reaches one of these points; none: lets all of them
    /// go on.
    void arm(Set<String> points) {
        synchronized (this) {
            armed = Set.copyOf(points);
            hit = "";
        }
        byte[] line = (String.join("\t", points) + "\n").getBytes(StandardCharsets.UTF_8);
        for (Socket server : servers) {
            try {
                server.getOutputStream().write(line);
            } catch (IOException e) {
                // it was killed
            }
        }
    }

    /// Waits until a server holds at an armed point.
    ///
    /// @return the first at which one does; empty when none got there in this time
    synchronized String awaitHit(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (hit.isEmpty() && System.nanoTime() < end) {
            wait(Math.max(1, (end - System.nanoTime()) / 1_000_000));
        }
        return hit;
    }

    /// How often each point was reached, by its name.
    Map<String, Integer> visits() {
        Map<String, Integer> all = new TreeMap<>();
        visits.forEach((point, times) -> all.put(point, times.get()));
        return all;
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket server : servers) {
            server.close();
        }
    }
}
