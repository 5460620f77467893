package io.slipway.web.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// How requests and answers are carried.
@Timeout(60)
class ExchangeTest {
    private static final String HELLO = "hello.localhost";

    @TempDir Path data;
    private TrafficSwitch traffic;
    private int port;

    @BeforeEach
    void start() {
        traffic = Switches.started(data);
        port = Switches.port(traffic);
    }

    @AfterEach
    void stop() {
        traffic.close();
    }

    private void serve(App app) {
        traffic.apply(Switches.hello(1, app.address()).toJson());
    }

    @Test
    void oneConnectionServesManyRequestsOnBothSides() throws Exception {
        try (App app = App.saying("hello");
                Wire wire = new Wire(port)) {
            serve(app);

            for (int i = 0; i < 20; i++) {
                Wire.Answer answer = wire.send("GET", "/" + i, HELLO);
                assertThat(answer.body()).isEqualTo("hello");
                assertThat(answer.header("Connection")).isEmpty();
            }
            assertThat(app.connections()).isEqualTo(1);
        }
    }

    @Test
    void aPooledConnectionThatTheAppClosesIsNoError() throws Exception {
        AtomicInteger served = new AtomicInteger();
        try (App app =
                        new App(
                                request -> {
                                    if (served.getAndIncrement() % 2 == 1) {
                                        return false;
                                    }
                                    request.answer("hello");
                                    return true;
                                });
                Wire wire = new Wire(port)) {
            serve(app);

            for (int i = 0; i < 20; i++) {
                assertThat(wire.send("GET", "/", HELLO).body()).isEqualTo("hello");
            }
        }
    }

    @Test
    void aPostIsNeverSentTwice() throws Exception {
        AtomicInteger posts = new AtomicInteger();
        try (App app =
                        new App(
                                request -> {
                                    if (request.head().startsWith("POST")) {
                                        posts.incrementAndGet();
                                        return false;
                                    }
                                    request.answer("hello");
                                    return true;
                                });
                Wire wire = new Wire(port)) {
            serve(app);

            assertThat(wire.send("GET", "/", HELLO).status()).isEqualTo(200);
            assertThat(wire.send("POST", "/", HELLO, "Content-Length: 0").status()).isEqualTo(502);
            assertThat(posts).hasValue(1);
        }
    }

    @Test
    void headHasNoBodyAndTheConnectionGoesOn() throws Exception {
        try (App app =
                        new App(
                                request -> {
                                    request.write(
                                            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
                                                    + (request.head().startsWith("HEAD")
                                                            ? ""
                                                            : "hello"));
                                    return true;
                                });
                Wire wire = new Wire(port)) {
            serve(app);

            assertThat(wire.send("HEAD", "/", HELLO).header("Content-Length")).isEqualTo("5");
            assertThat(wire.send("GET", "/", HELLO).body()).isEqualTo("hello");
            assertThat(wire.send("HEAD", "/", "nobody.localhost").status()).isEqualTo(404);
            assertThat(wire.send("GET", "/", HELLO).body()).isEqualTo("hello");
            assertThat(app.connections()).isEqualTo(1);
        }
    }

    @Test
    void whatAnAppSaysAfterItsAnswerReachesNobody() throws Exception {
        try (App app =
                        new App(
                                request -> {
                                    request.write(
                                            "HTTP/1.1 304 Not Modified\r\n\r\n"
                                                    + "HTTP/1.1 200 OK\r\n"
                                                    + "Content-Length: 4\r\n\r\n"
                                                    + "evil");
                                    return true;
                                });
                Wire wire = new Wire(port)) {
            serve(app);

            assertThat(wire.send("GET", "/", HELLO).status()).isEqualTo(304);
            assertThat(wire.send("GET", "/", HELLO).status()).isEqualTo(304);
        }
    }

    @Test
    void trailersOfAnAnswerPassAndThoseOfARequestDoNot() throws Exception {
        StringBuilder seen = new StringBuilder();
        try (App app =
                        new App(
                                request -> {
                                    String line;
                                    do {
                                        line = Wire.line(request.in());
                                        seen.append(line).append('|');
                                    } while (!line.isEmpty());
                                    request.write(
                                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                                    + "2\r\nhi\r\n0\r\nX-Sum: 7\r\n\r\n");
                                    return true;
                                });
                Wire wire = new Wire(port)) {
            serve(app);
            wire.write(
                    "POST / HTTP/1.1\r\nHost: hello.localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + "3\r\nabc\r\n0\r\nX-Slipway-Link: 6\r\n\r\n");

            Wire.head(wire.in());
            assertThat(new String(wire.in().readNBytes(22), ISO_8859_1))
                    .isEqualTo("2\r\nhi\r\n0\r\nX-Sum: 7\r\n\r\n");
            assertThat(seen).hasToString("3|abc|0||");
        }
    }

    @Test
    void anAnswerThatIsCutOffDoesNotLookWhole() throws Exception {
        try (App app =
                        new App(
                                request -> {
                                    request.write(
                                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                                    + "5\r\nhello\r\n");
                                    return false;
                                });
                Wire wire = new Wire(port)) {
            serve(app);

            assertThatThrownBy(() -> wire.send("GET", "/", HELLO)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void anAnswerThatEndsWithItsConnectionIsChunked() throws Exception {
        try (App app =
                        new App(
                                request -> {
                                    request.write("HTTP/1.1 200 OK\r\n\r\nhello");
                                    return false;
                                });
                Wire wire = new Wire(port)) {
            serve(app);

            Wire.Answer answer = wire.send("GET", "/", HELLO);
            assertThat(answer.header("Transfer-Encoding")).isEqualTo("chunked");
            assertThat(answer.body()).isEqualTo("hello");
            assertThat(wire.send("GET", "/", HELLO).body()).isEqualTo("hello");
        }
    }

    @Test
    void http10GetsAnAnswerThatEndsWithTheConnection() throws Exception {
        try (App app =
                        new App(
                                request -> {
                                    request.write(
                                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                                    + "5\r\nhello\r\n0\r\n\r\n");
                                    return true;
                                });
                Wire wire = new Wire(port)) {
            serve(app);
            wire.write("GET / HTTP/1.0\r\nHost: hello.localhost\r\n\r\n");

            Wire.Answer answer = wire.read();
            assertThat(answer.header("Transfer-Encoding")).isEmpty();
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(answer.body()).isEqualTo("hello");
        }
    }

    @Test
    void theBodyWaitsForTheAppsPermission() throws Exception {
        try (App app =
                        new App(
                                request -> {
                                    request.write("HTTP/1.1 100 Continue\r\n\r\n");
                                    request.answer(new String(request.body(), UTF_8));
                                    return true;
                                });
                Wire wire = new Wire(port)) {
            serve(app);

            Wire.Answer permission =
                    wire.send("POST", "/", HELLO, "Content-Length: 4", "Expect: 100-continue");
            assertThat(permission.status()).isEqualTo(100);
            wire.write("body");
            assertThat(wire.read().body()).isEqualTo("body");
            assertThat(wire.send("GET", "/", HELLO).status()).isEqualTo(100);
            assertThat(wire.read().status()).isEqualTo(200);
        }
    }

    @Test
    void aRefusalArrivesThoughTheBodyIsStillBeingSent() throws Exception {
        try (App app =
                        new App(
                                request -> {
                                    request.write(
                                            "HTTP/1.1 401 Unauthorized\r\n"
                                                    + "Content-Length: 2\r\n\r\n"
                                                    + "no");
                                    return false;
                                });
                Wire wire = new Wire(port)) {
            serve(app);
            wire.write(
                    "PUT / HTTP/1.1\r\nHost: hello.localhost\r\nContent-Length: 1000000\r\n\r\n");
            wire.socket().getOutputStream().write(App.bytes(100_000));

            Wire.Answer answer = wire.read();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(answer.body()).isEqualTo("no");
        }
    }

    @Test
    void eventsPassOneByOneAsTheyAreSent() throws Exception {
        CountDownLatch[] steps = {new CountDownLatch(1), new CountDownLatch(1)};
        try (App app =
                        new App(
                                request -> {
                                    request.write(
                                            "HTTP/1.1 200 OK\r\n"
                                                    + "Content-Type: text/event-stream\r\n\r\n");
                                    steps[0].await();
                                    request.write("data: 1\n\n");
                                    steps[1].await();
                                    request.write("data: 2\n\n");
                                    return false;
                                });
                Wire wire = new Wire(port)) {
            serve(app);
            wire.write("GET / HTTP/1.1\r\nHost: hello.localhost\r\n\r\n");

            assertThat(Wire.head(wire.in())).contains("text/event-stream");
            steps[0].countDown();
            assertThat(Wire.line(wire.in())).isEqualTo("9");
            assertThat(Wire.line(wire.in())).isEqualTo("data: 1");
            steps[1].countDown();
            assertThat(new String(wire.in().readNBytes(4), UTF_8)).isEqualTo("\n\r\n9");
        }
    }

    @Test
    void anAppLearnsThatTheClientOfItsStreamHasLeft() throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        try (App app =
                new App(
                        request -> {
                            request.write("HTTP/1.1 200 OK\r\n\r\n");
                            if (request.in().read() < 0) {
                                left.countDown();
                            }
                            return false;
                        })) {
            serve(app);
            try (Wire wire = new Wire(port)) {
                wire.write("GET / HTTP/1.1\r\nHost: hello.localhost\r\n\r\n");
                Wire.head(wire.in());
            }

            assertThat(left.await(10, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
            await().until(() -> traffic.state().backends().get(app.address()).inFlight() == 0);
        }
    }

    @Test
    void aLargeBodyStreamsBothWaysAtOnce() throws Exception {
        int size = 20_000_000;
        try (App app =
                        new App(
                                request -> {
                                    request.write(
                                            "HTTP/1.1 200 OK\r\nContent-Length: "
                                                    + size
                                                    + "\r\n\r\n");
                                    for (int left = size; left > 0; ) {
                                        byte[] part =
                                                request.in().readNBytes(Math.min(left, 10_000));
                                        request.out().write(part);
                                        left -= part.length;
                                    }
                                    return true;
                                });
                Wire wire = new Wire(port)) {
            serve(app);
            byte[] body = App.bytes(size);
            wire.write(
                    "PUT / HTTP/1.1\r\nHost: hello.localhost\r\nContent-Length: "
                            + size
                            + "\r\n\r\n");
            Thread.ofVirtual().start(() -> writeAll(wire, body));

            assertThat(wire.read().bytes()).isEqualTo(body);
        }
    }

    private static void writeAll(Wire wire, byte[] body) {
        try {
            OutputStream out = wire.socket().getOutputStream();
            out.write(body);
            out.flush();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aClientThatDoesNotReadHoldsTheAppBack() throws Exception {
        AtomicLong written = new AtomicLong();
        try (App app =
                        new App(
                                request -> {
                                    request.write("HTTP/1.1 200 OK\r\n\r\n");
                                    byte[] part = App.bytes(100_000);
                                    for (int i = 0; i < 3000; i++) {
                                        request.out().write(part);
                                        written.addAndGet(part.length);
                                    }
                                    return false;
                                });
                Wire wire = new Wire(port)) {
            serve(app);
            wire.socket().setReceiveBufferSize(64 * 1024);
            wire.write("GET / HTTP/1.1\r\nHost: hello.localhost\r\n\r\n");
            Wire.head(wire.in());

            AtomicLong before = new AtomicLong(-1);
            await().pollInterval(java.time.Duration.ofMillis(300))
                    .until(() -> before.getAndSet(written.get()) == written.get());
            assertThat(written.get()).isLessThan(50_000_000);
        }
    }

    @Test
    void aWebSocketIsATunnelThatCountsAsARequest() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        try (App app =
                new App(
                        request -> {
                            assertThat(request.header("Upgrade")).isEqualTo("websocket");
                            assertThat(request.header("Connection")).isEqualTo("Upgrade");
                            request.write(
                                    "HTTP/1.1 101 Switching Protocols\r\n"
                                            + "Upgrade: websocket\r\n"
                                            + "Connection: Upgrade\r\n"
                                            + "Sec-WebSocket-Accept: x\r\n\r\n"
                                            + "first");
                            byte[] got;
                            while ((got = request.in().readNBytes(4)).length == 4) {
                                request.write("echo " + new String(got, UTF_8));
                            }
                            ended.set(true);
                            return false;
                        })) {
            serve(app);
            try (Wire wire = new Wire(port)) {
                Wire.Answer answer =
                        wire.send(
                                "GET",
                                "/",
                                HELLO,
                                "Connection: keep-alive, Upgrade",
                                "Upgrade: websocket",
                                "Sec-WebSocket-Key: x");

                assertThat(answer.status()).isEqualTo(101);
                assertThat(answer.header("Upgrade")).isEqualTo("websocket");
                assertThat(new String(wire.in().readNBytes(5), UTF_8)).isEqualTo("first");
                wire.write("ping");
                assertThat(new String(wire.in().readNBytes(9), UTF_8)).isEqualTo("echo ping");
                assertThat(traffic.state().backends().get(app.address()).inFlight()).isEqualTo(1);
            }
            await().untilTrue(ended);
            await().until(() -> traffic.state().backends().get(app.address()).inFlight() == 0);
        }
    }

    @Test
    void noOtherProtocolIsTunnelled() throws Exception {
        try (App app =
                        new App(
                                request -> {
                                    request.write(
                                            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n"
                                                    + "Connection: Upgrade\r\n\r\n");
                                    return true;
                                });
                Wire wire = new Wire(port)) {
            serve(app);

            Wire.Answer answer =
                    wire.send("GET", "/", HELLO, "Connection: Upgrade", "Upgrade: h2c");
            assertThat(answer.status()).isEqualTo(502);
            assertThat(app.heads().getFirst()).doesNotContain("Upgrade");
        }
    }
}
