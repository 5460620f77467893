package io.slipway.web.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseAddress;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.inbox.Hook;
import io.slipway.web.traffic.InFront;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.stream.LongStream;

/// `bench/webhooks`: how many signed pushes are accepted durably, and what copies and slow senders
/// cost the others, at the door itself and through the switch. Nothing is asserted of times: a line
/// for each bar says whether it was kept.
@ExtendWith(DatabaseExtension.class)
final class WebhookMeasure {
    private static final int WARM_UP = 15;
    private static final int SECONDS = 10;
    private static final int EACH_SECOND = 1000;
    private static final int AT_ONCE = 200;
    private static final int SLOW = 2000;
    private static final int ROUNDS = 3;
    private static final double MOST_MILLIS = 100;
    private static final double MOST_TIMES = 2;

    /// What the product's PostgreSQL does and the tests' does not.
    private static final List<String> SAFE =
            List.of("fsync", "synchronous_commit", "full_page_writes", "autovacuum");

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Database database;
    private final DatabaseAddress address;
    private final List<String> verdicts = new ArrayList<>();
    private String way = "";
    private Path folder = Path.of("");
    private int port;

    WebhookMeasure(Database database, DatabaseAddress address) {
        this.database = database;
        this.address = address;
    }

    @Test
    void measure(@TempDir Path temp) throws Exception {
        folder = temp;
        System.out.println(
                "| what | accepted | each second | p50 | p99 | longest | pauses for memory | the"
                        + " disk alone: p50, p99 |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- |");
        synced("on");
        try (HookDoor door = new HookDoor(database, folder, Duration.ofSeconds(120));
                InFront front =
                        new InFront(
                                Files.createDirectory(folder.resolve("switch")),
                                door.port,
                                Duration.ofSeconds(120))) {
            Hook hook = door.hook(ForgeKind.GITHUB, door.project("measured"), "42");
            for (int at : List.of(door.port, front.port())) {
                port = at;
                send(door, hook, WARM_UP * EACH_SECOND, EACH_SECOND, WebhookMeasure::fresh);
            }
            for (int at : List.of(door.port, front.port())) {
                port = at;
                way = at == door.port ? "the door itself" : "through the switch";
                nothing();
                fast(door, hook);
                copies(door, hook);
                slow(door, hook);
            }
        } finally {
            synced("off");
        }
        verdicts.forEach(System.out::println);
        System.out.println("load average " + Files.readString(Path.of("/proc/loadavg")).strip());
    }

    private void verdict(String bar, String measured, boolean kept) {
        verdicts.add(
                "| **%s: %s** | %s | | | | | **%s** |"
                        .formatted(way, bar, measured, kept ? "kept" : "missed"));
    }

    /// What was sent before and is not handled yet is put aside: it costs nothing any more.
    private void cleared(HookDoor door) {
        database.change(
                tx ->
                        tx.update(
                                """
                                update webhook_deliveries
                                set state = 'settled', verdict = 'nothing'
                                where state = 'received' and holder is null
                                """));
        settled(door);
    }

    private static void settled(HookDoor door) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).until(() -> door.open() == 0);
    }

    /// What sending and HTTP alone take: nothing is done with it and nothing is written.
    private void nothing() throws Exception {
        byte[] body = fresh(0);
        List<String> headers = List.of("Content-Type: application/json");
        byte[] one = WebhookLoad.request("/nowhere", headers, body);
        send(Collections.nCopies(SECONDS * EACH_SECOND, one), EACH_SECOND)
                .print(way + ": 1,000/s that are answered 404 at once");
    }

    private void fast(HookDoor door, Hook hook) throws Exception {
        cleared(door);
        Sent pushes = send(door, hook, SECONDS * EACH_SECOND, EACH_SECOND, WebhookMeasure::fresh);
        pushes.print(way + ": signed pushes, 1,000/s wanted");
        assertThat(pushes.answers().accepted()).isEqualTo(SECONDS * EACH_SECOND);
        verdict(
                "1,000 signed pushes/s accepted durably at p99 100 ms",
                "%.0f/s, p99 %.1f ms".formatted(pushes.rate(), pushes.p99()),
                pushes.rate() > EACH_SECOND * 0.95 && pushes.p99() <= MOST_MILLIS);
    }

    private void copies(HookDoor door, Hook hook) throws Exception {
        cleared(door);
        int before = door.runs();
        byte[] one = fresh(0);
        Sent copies = send(door, hook, 10_000, 100_000, i -> one);
        copies.print(way + ": 10,000 copies of one, at once");
        settled(door);
        int runs = door.runs() - before;
        assertThat(copies.answers().accepted()).isEqualTo(1);
        assertThat(copies.answers().others()).isEqualTo(9_999);
        verdict("10,000 copies give one run", runs + " run", runs == 1);
    }

    /// With and without them one after the other, so that what else the machine does is about the
    /// same. What is compared is all of the rounds together.
    private void slow(HookDoor door, Hook hook) throws Exception {
        List<Sent> alone = new ArrayList<>();
        List<Sent> beside = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            cleared(door);
            alone.add(send(door, hook, 1000, 100, WebhookMeasure::fresh));
            alone.getLast().print(way + ": 100/s, nobody else");
            List<Socket> slow = slowOnes(door, hook);
            send(door, hook, 200, 100, WebhookMeasure::fresh)
                    .print(way + ": 100/s, while 2,000 slow connections have just come");
            cleared(door);
            beside.add(send(door, hook, 1000, 100, WebhookMeasure::fresh));
            beside.getLast().print(way + ": 100/s, 2,000 slow connections");
            for (Socket socket : slow) {
                socket.close();
            }
            // The ends of two thousand connections are nobody's in particular.
            send(door, hook, 200, 100, WebhookMeasure::fresh);
        }
        double without = Sent.of(alone).p99();
        double with = Sent.of(beside).p99();
        verdict(
                "2,000 slow connections disturb nobody: p99 at most 2 x",
                "p99 %.1f ms without, %.1f ms with: %.1f x"
                        .formatted(without, with, with / without),
                with <= MOST_TIMES * without);
    }

    private void synced(String how) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(
                                address.url(), address.user(), address.password());
                Statement statement = connection.createStatement()) {
            for (String setting : SAFE) {
                statement.execute("alter system set " + setting + " = " + how);
            }
            statement.execute("select pg_reload_conf()");
        }
    }

    private static byte[] fresh(int number) {
        return HookDoor.push("42", "refs/heads/" + UUID.randomUUID(), "2".repeat(40));
    }

    /// Half of them stop in their heads, half in their bodies.
    private List<Socket> slowOnes(HookDoor door, Hook hook) throws IOException {
        byte[] head =
                ("POST "
                                + door.url(hook).getPath()
                                + " HTTP/1.1\r\nHost: localhost\r\nX-Hub-Signature-256: sha256="
                                + "0".repeat(64)
                                + "\r\nContent-Length: 1000\r\n\r\n{")
                        .getBytes(StandardCharsets.US_ASCII);
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < SLOW; i++) {
            Socket socket = new Socket("127.0.0.1", port);
            socket.getOutputStream().write(i % 2 == 0 ? head : Arrays.copyOf(head, 20));
            slow.add(socket);
        }
        return slow;
    }

    /// @param paused milliseconds in which the whole process stood still for its memory
    /// @param disk nanoseconds of writes that waited for the disk meanwhile, sorted
    private record Sent(WebhookLoad.Answers answers, long paused, long[] disk) {
        static Sent of(List<Sent> parts) {
            List<WebhookLoad.Answers> all = parts.stream().map(Sent::answers).toList();
            return new Sent(
                    new WebhookLoad.Answers(
                            all.stream().mapToInt(WebhookLoad.Answers::accepted).sum(),
                            all.stream().mapToInt(WebhookLoad.Answers::others).sum(),
                            all.stream().mapToDouble(WebhookLoad.Answers::seconds).sum(),
                            all.stream()
                                    .flatMapToLong(one -> LongStream.of(one.nanos()))
                                    .sorted()
                                    .toArray()),
                    parts.stream().mapToLong(Sent::paused).sum(),
                    parts.stream()
                            .flatMapToLong(one -> LongStream.of(one.disk()))
                            .sorted()
                            .toArray());
        }

        double rate() {
            return answers.nanos().length / answers.seconds();
        }

        double p99() {
            return millis(answers.nanos(), 99);
        }

        void print(String what) {
            System.out.printf(
                    "| %s | %d accepted, %d others | %.0f /s | %.1f ms | %.1f ms |"
                            + " %.1f ms | %d ms | %.1f, %.1f ms |%n",
                    what,
                    answers.accepted(),
                    answers.others(),
                    rate(),
                    millis(answers.nanos(), 50),
                    p99(),
                    millis(answers.nanos(), 100),
                    paused,
                    millis(disk, 50),
                    millis(disk, 99));
        }
    }

    private static double millis(long[] sorted, int percent) {
        return sorted.length == 0
                ? 0
                : sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)] / 1e6;
    }

    private static long paused() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .sum();
    }

    private Sent send(HookDoor door, Hook hook, int count, int eachSecond, IntFunction<byte[]> body)
            throws Exception {
        List<byte[]> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            requests.add(request(door, hook, body.apply(i)));
        }
        return send(requests, eachSecond);
    }

    private Sent send(List<byte[]> requests, int eachSecond) throws Exception {
        try (Disk disk = new Disk(folder);
                WebhookLoad load = new WebhookLoad(port, AT_ONCE)) {
            long paused = paused();
            WebhookLoad.Answers answers = load.send(requests, eachSecond);
            return new Sent(answers, paused() - paused, disk.nanos());
        }
    }

    /// As GitHub sends it.
    private static byte[] request(HookDoor door, Hook hook, byte[] body) {
        return WebhookLoad.request(
                door.url(hook).getPath(),
                List.of(
                        "Content-Type: application/json",
                        "X-GitHub-Event: push",
                        "X-GitHub-Delivery: " + UUID.randomUUID(),
                        "X-Hub-Signature-256: " + HookDoor.signature(body)),
                body);
    }

    /// How long a page that is written takes to be on the disk, each 20 ms: what no database can be
    /// quicker than.
    private static final class Disk implements AutoCloseable {
        private final List<Long> taken = Collections.synchronizedList(new ArrayList<>());
        private final Path file;
        private final Thread thread;

        Disk(Path folder) {
            file = folder.resolve("page");
            thread = Thread.ofPlatform().daemon().start(this::write);
        }

        private void write() {
            ByteBuffer page = ByteBuffer.allocate(8192);
            try (FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                while (!Thread.interrupted()) {
                    long begin = System.nanoTime();
                    channel.write(page.clear(), 0);
                    channel.force(false);
                    taken.add(System.nanoTime() - begin);
                    LockSupport.parkNanos(20_000_000);
                }
            } catch (IOException e) {
                // It was interrupted in the middle of one.
            }
        }

        long[] nanos() {
            return taken.stream().mapToLong(Long::longValue).sorted().toArray();
        }

        @Override
        public void close() throws InterruptedException {
            thread.interrupt();
            thread.join();
        }
    }
}
