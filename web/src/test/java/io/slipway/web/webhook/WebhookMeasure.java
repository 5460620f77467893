package io.slipway.web.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseAddress;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.inbox.Hook;
import io.slipway.web.traffic.InFront;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/// `bench/webhooks`: how many signed pushes are accepted durably, and what copies and slow senders
/// cost the others. Nothing is asserted of times.
@ExtendWith(DatabaseExtension.class)
final class WebhookMeasure {
    private static final int SECONDS = 10;
    private static final int EACH_SECOND = 1000;
    private static final int AT_ONCE = 200;

    private static final int ROUNDS = 3;

    private final Database database;
    private final DatabaseAddress address;
    private int port;

    WebhookMeasure(Database database, DatabaseAddress address) {
        this.database = database;
        this.address = address;
    }

    @Test
    void measure(@TempDir Path folder) throws Exception {
        synced("on");
        try (HookDoor door = new HookDoor(database, folder, Duration.ofSeconds(120));
                InFront front =
                        new InFront(
                                Files.createDirectory(folder.resolve("switch")),
                                door.port,
                                Duration.ofSeconds(120))) {
            port = front.port();
            Hook hook = door.hook(ForgeKind.GITHUB, door.project("measured"), "42");
            send(door, hook, 2000, EACH_SECOND, WebhookMeasure::fresh);
            Sent pushes =
                    send(door, hook, SECONDS * EACH_SECOND, EACH_SECOND, WebhookMeasure::fresh);
            pushes.print("signed pushes, 1,000/s wanted", "p99 100 ms");
            assertThat(pushes.accepted()).isEqualTo(SECONDS * EACH_SECOND);

            byte[] one = fresh(0);
            Sent copies = send(door, hook, 10_000, 100_000, i -> one);
            copies.print("10,000 copies of one, at once", "1 accepted");
            assertThat(copies.accepted()).isEqualTo(1);

            for (int round = 0; round < ROUNDS; round++) {
                slowOnes(door, hook);
            }
        } finally {
            synced("off");
        }
        System.out.println("load average " + Files.readString(Path.of("/proc/loadavg")).strip());
    }

    /// One after the other, so that what else the machine does is about the same.
    private void slowOnes(HookDoor door, Hook hook) throws Exception {
        send(door, hook, 500, 100, WebhookMeasure::fresh).print("100/s, nobody else", "");
        List<Socket> slow = slow(door, hook);
        send(door, hook, 200, 100, WebhookMeasure::fresh)
                .print("100/s, while 2,000 slow connections have just come", "");
        send(door, hook, 500, 100, WebhookMeasure::fresh)
                .print("100/s, 2,000 slow connections", "p99 2 x");
        for (Socket socket : slow) {
            socket.close();
        }
    }

    /// The tests' PostgreSQL does not wait for the disk; the product's does.
    private void synced(String how) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(
                                address.url(), address.user(), address.password());
                Statement statement = connection.createStatement()) {
            for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
                statement.execute("alter system set " + setting + " = " + how);
            }
            statement.execute("select pg_reload_conf()");
        }
    }

    private static byte[] fresh(int number) {
        return HookDoor.push("42", "refs/heads/" + UUID.randomUUID(), "2".repeat(40));
    }

    private List<Socket> slow(HookDoor door, Hook hook) throws Exception {
        byte[] head =
                ("POST "
                                + door.url(hook).getPath()
                                + " HTTP/1.1\r\nHost: localhost\r\nX-Hub-Signature-256: sha256="
                                + "0".repeat(64)
                                + "\r\nContent-Length: 1000\r\n\r\n{")
                        .getBytes(StandardCharsets.US_ASCII);
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            Socket socket = new Socket("127.0.0.1", port);
            socket.getOutputStream().write(i % 2 == 0 ? head : Arrays.copyOf(head, 20));
            slow.add(socket);
        }
        return slow;
    }

    private record Sent(int accepted, int others, double seconds, long[] nanos) {
        void print(String what, String bar) {
            System.out.printf(
                    "| %s | %d accepted, %d others | %.0f /s | p50 %.1f ms | p99 %.1f ms | %s |%n",
                    what,
                    accepted,
                    others,
                    nanos.length / seconds,
                    nanos[nanos.length / 2] / 1e6,
                    nanos[nanos.length * 99 / 100] / 1e6,
                    bar);
        }
    }

    /// At a rate, whatever is answered; what waits to be sent counts from when it was due.
    private Sent send(HookDoor door, Hook hook, int count, int eachSecond, IntFunction<byte[]> body)
            throws Exception {
        URI to = URI.create("http://localhost:" + port + door.url(hook).getPath());
        Semaphore places = new Semaphore(AT_ONCE);
        AtomicInteger accepted = new AtomicInteger();
        AtomicInteger others = new AtomicInteger();
        long[] nanos = new long[count];
        List<CompletableFuture<Void>> all = new ArrayList<>();
        long begin = System.nanoTime();
        for (int i = 0; i < count; i++) {
            int at = i;
            long due = begin + i * 1_000_000_000L / eachSecond;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            places.acquire();
            all.add(
                    door.client
                            .sendAsync(
                                    HttpRequest.newBuilder(
                                                    door.github(hook, "push", body.apply(i))
                                                            .build(),
                                                    (name, value) -> true)
                                            .uri(to)
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .thenAccept(
                                    answer -> {
                                        nanos[at] = System.nanoTime() - due;
                                        places.release();
                                        (answer.statusCode() == 202 ? accepted : others)
                                                .incrementAndGet();
                                    }));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
        double seconds = (System.nanoTime() - begin) / 1e9;
        Arrays.sort(nanos);
        return new Sent(accepted.get(), others.get(), seconds, nanos);
    }
}
