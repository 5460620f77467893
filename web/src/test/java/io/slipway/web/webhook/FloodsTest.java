package io.slipway.web.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.inbox.Hook;
import io.slipway.web.traffic.InFront;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/// Floods at the door for forges: large, endless, many and slow.
@Tag("attack")
@ExtendWith(DatabaseExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
final class FloodsTest {
    private final Database database;
    private Path data;
    private HookDoor door;
    private long project;
    private Hook hook;

    FloodsTest(Database database) {
        this.database = database;
    }

    @BeforeAll
    void open(@TempDir Path folder) throws Exception {
        data = folder;
        door = new HookDoor(database, folder, Duration.ofSeconds(2));
        project = door.project("flooded");
        hook = door.hook(ForgeKind.GITHUB, project, "42");
    }

    @AfterAll
    void close() throws Exception {
        door.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// Nobody else's push has this body.
    private static byte[] fresh() {
        return HookDoor.push("42", "refs/heads/" + UUID.randomUUID(), "2".repeat(40));
    }

    private HttpRequest.Builder signed(Hook to, String signature, byte[] body) {
        return HttpRequest.newBuilder(door.url(to))
                .header("X-GitHub-Event", "push")
                .header("X-Hub-Signature-256", signature)
                .POST(BodyPublishers.ofByteArray(body));
    }

    private void refused(int status, HttpRequest.Builder request) throws Exception {
        long before = door.deliveries();
        HttpResponse<String> answer = door.send(request);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(door.deliveries()).isEqualTo(before);
    }

    /// A-WH-9: what is too large is refused before it is there, and what is not lies in files.
    @Test
    void largeBodiesCostBoundedMemory() throws Exception {
        String oneTooMany = "Content-Length: " + ((25 << 20) + 1) + "\r\n";
        assertThat(raw(oneTooMany, new byte[0], 0)).contains(" 413 ");
        assertThat(raw("Content-Length: 1000000000000\r\n", new byte[0], 0)).contains(" 413 ");
        byte[] chunk = new byte[1 << 20];
        assertThat(raw("Transfer-Encoding: chunked\r\n", chunk, 100)).contains(" 413 ");
        for (String encoding : List.of("gzip", "br", "zstd", "deflate", "identity, gzip")) {
            refused(415, door.github(hook, "push", fresh()).header("Content-Encoding", encoding));
        }
        refused(
                415,
                door.github(hook, "push", fresh())
                        .setHeader("Content-Type", "application/x-www-form-urlencoded"));
        manyLarge();
        manyHeld();
    }

    /// What has arrived of many bodies lies in files while their senders make a pause.
    private void manyHeld() throws Exception {
        int many = 100;
        int each = 2 << 20;
        byte[] chunk = new byte[64 << 10];
        List<Socket> held = new ArrayList<>();
        try (HookDoor patient =
                new HookDoor(
                        database,
                        Files.createDirectories(data.resolve("held")),
                        Duration.ofMinutes(5))) {
            byte[] head =
                    bytes(
                            "POST "
                                    + patient.url(patient.hook(ForgeKind.GITHUB, project, "42"))
                                            .getPath()
                                    + " HTTP/1.1\r\nHost: x\r\nX-GitHub-Event: push\r\n"
                                    + "X-Hub-Signature-256: sha256="
                                    + "0".repeat(64)
                                    + "\r\nContent-Length: "
                                    + (each + 1)
                                    + "\r\n\r\n");
            long before = heap();
            long spooled = spooled();
            for (int i = 0; i < many; i++) {
                Socket socket = new Socket("127.0.0.1", patient.port);
                held.add(socket);
                OutputStream out = socket.getOutputStream();
                out.write(head);
                for (int sent = 0; sent < each; sent += chunk.length) {
                    out.write(chunk);
                }
                out.flush();
            }
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> spooled() - spooled > (long) many * (each - chunk.length));
            assertThat(heap() - before).isLessThan(64L << 20);
        } finally {
            for (Socket socket : held) {
                socket.close();
            }
        }
    }

    private static long heap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static long spooled() throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            for (Path file :
                    files.filter(f -> f.getFileName().toString().startsWith("slipway-webhook-"))
                            .toList()) {
                File one = file.toFile();
                bytes += one.length();
            }
        }
        return bytes;
    }

    private void manyLarge() throws Exception {
        byte[] body = bytes("{\"a\":\"" + "x".repeat(5 << 20) + "\"}");
        String wrong = HookDoor.signature("another secret of mine", body);
        List<Future<Integer>> answers = new ArrayList<>();
        try (ExecutorService senders = Executors.newFixedThreadPool(20)) {
            for (int i = 0; i < 100; i++) {
                answers.add(
                        senders.submit(() -> door.send(signed(hook, wrong, body)).statusCode()));
            }
        }
        for (Future<Integer> answer : answers) {
            try {
                assertThat(answer.get()).isIn(401, 408);
            } catch (ExecutionException e) {
                // On a busy machine it may be cut off while it still sends.
                assertThat(e).hasCauseInstanceOf(IOException.class);
            }
        }
    }

    /// The answer's first line to a request that goes on as long as it is read.
    private String raw(String header, byte[] chunk, int chunks) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", door.port)) {
            socket.setSoTimeout(60_000);
            OutputStream out = socket.getOutputStream();
            out.write(
                    bytes(
                            "POST "
                                    + door.url(hook).getPath()
                                    + " HTTP/1.1\r\nHost: x\r\nX-GitHub-Event: push\r\n"
                                    + "X-Hub-Signature-256: sha256="
                                    + "0".repeat(64)
                                    + "\r\n"
                                    + header
                                    + "\r\n"));
            out.flush();
            try {
                for (int i = 0; i < chunks; i++) {
                    out.write(bytes(Integer.toHexString(chunk.length) + "\r\n"));
                    out.write(chunk);
                    out.write(bytes("\r\n"));
                    out.flush();
                }
            } catch (IOException e) {
                assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe|aborted).*");
                return " 413 by closing";
            }
            String line = firstLine(socket.getInputStream());
            ended(socket);
            return line;
        }
    }

    private static String firstLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    /// A-WH-9: what forges send at most is taken, streamed.
    @Test
    void theLargestIsTaken() throws Exception {
        byte[] push = HookDoor.push("42", "refs/heads/" + UUID.randomUUID(), "2".repeat(40));
        String text = new String(push, StandardCharsets.UTF_8).strip();
        String commit = "{\"message\":\"" + "m".repeat(1000) + "\"},";
        int most = 25 << 20;
        StringBuilder body = new StringBuilder(most).append("{\"commits\":[");
        String end = "{}]," + text.substring(1);
        while (body.length() + commit.length() + end.length() <= most) {
            body.append(commit);
        }
        body.append(" ".repeat(most - body.length() - end.length())).append(end);
        try (HookDoor patient =
                new HookDoor(
                        database,
                        Files.createDirectories(data.resolve("largest")),
                        Duration.ofMinutes(5))) {
            Hook to = patient.hook(ForgeKind.GITHUB, project, "42");
            byte[] bytes = bytes(body.toString());
            assertThat(bytes).hasSize(most);
            HttpResponse<String> answer = patient.send(patient.github(to, "push", bytes));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        }
    }

    /// A-WH-13: slow senders are cut off, also behind the switch, and disturb nobody.
    @Test
    void slowSendersAreCutOff() throws Exception {
        slowBodies(door.port);
        try (InFront front =
                new InFront(
                        Files.createDirectories(data.resolve("switch")),
                        door.port,
                        Duration.ofSeconds(3))) {
            slowBodies(front.port());
            slowHeads(front.port());
        }
    }

    /// The switch closes them; nobody else notices.
    private void slowHeads(int port) throws Exception {
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Socket socket = new Socket("127.0.0.1", port);
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(bytes("POST /webhooks/x HTTP/1.1\r\nHost: lo"));
            slow.add(socket);
        }
        Thread drips = dripping(slow, "c");
        taken(port);
        for (Socket socket : slow) {
            assertThat(firstLine(socket.getInputStream())).doesNotContain(" 202 ");
            ended(socket);
        }
        drips.interrupt();
        drips.join();
    }

    private void taken(int port) throws Exception {
        URI url = URI.create("http://localhost:" + port + door.url(hook).getPath());
        byte[] body = fresh();
        HttpRequest.Builder request =
                HttpRequest.newBuilder(url)
                        .header("X-GitHub-Event", "push")
                        .header("X-GitHub-Delivery", UUID.randomUUID().toString())
                        .header("X-Hub-Signature-256", HookDoor.signature(body))
                        .POST(BodyPublishers.ofByteArray(body));
        HttpResponse<String> answer = door.send(request);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }

    /// Each of them goes on, a byte each 100 ms: what counts is the whole.
    private static Thread dripping(List<Socket> slow, String drop) {
        return Thread.ofVirtual()
                .start(
                        () -> {
                            while (!Thread.currentThread().isInterrupted()) {
                                for (Socket socket : slow) {
                                    try {
                                        socket.getOutputStream().write(bytes(drop));
                                    } catch (IOException e) {
                                        // It was cut off, as it is to be.
                                    }
                                }
                                java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
                            }
                        });
    }

    /// It is closed, by a reset where something came that nobody wanted any more.
    private static void ended(Socket socket) throws IOException {
        try (socket) {
            socket.getInputStream().readAllBytes();
        } catch (SocketException e) {
            assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe|aborted).*");
        }
    }

    private void slowBodies(int port) throws Exception {
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Socket socket = new Socket("127.0.0.1", port);
            socket.setSoTimeout(60_000);
            socket.getOutputStream()
                    .write(
                            bytes(
                                    "POST "
                                            + door.url(hook).getPath()
                                            + " HTTP/1.1\r\nHost: localhost\r\n"
                                            + "X-Hub-Signature-256: sha256="
                                            + "0".repeat(64)
                                            + "\r\nContent-Length: 1000\r\n\r\n{"));
            slow.add(socket);
        }
        Thread drips = dripping(slow, " ");
        taken(port);
        for (Socket socket : slow) {
            assertThat(firstLine(socket.getInputStream())).contains(" 408 ");
            ended(socket);
        }
        drips.interrupt();
        drips.join();
    }
}
