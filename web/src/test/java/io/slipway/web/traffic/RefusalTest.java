package io.slipway.web.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;

/// Nothing reaches an app that two servers in a row could read differently.
///
/// Rows of docs/security.md: A-WEB-8.
@Tag("attack")
class RefusalTest {
    @TempDir static Path data;
    private static TrafficSwitch traffic;
    private static App app;
    private static int port;

    @BeforeAll
    static void start() throws Exception {
        traffic = Switches.started(Switches.settings(data, Switches.QUICK), "1");
        port = Switches.port(traffic);
        app = App.saying("reached");
        traffic.apply(Switches.hello(1, app.address()).toJson());
    }

    @AfterAll
    static void stop() {
        traffic.close();
        app.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST / HTTP/1.1|Host: hello.localhost|Content-Length: 4|Transfer-Encoding:"
                        + " chunked",
                "POST / HTTP/1.1|Host: hello.localhost|Transfer-Encoding: chunked|Content-Length:"
                        + " 4",
                "POST / HTTP/1.1|Host: hello.localhost|Content-Length: 4|Content-Length: 5",
                "POST / HTTP/1.1|Host: hello.localhost|Content-Length: 4|Content-Length: 4",
                "POST / HTTP/1.1|Host: hello.localhost|Content-Length: 4, 4",
                "POST / HTTP/1.1|Host: hello.localhost|Content-Length: +4",
                "POST / HTTP/1.1|Host: hello.localhost|Content-Length: -4",
                "POST / HTTP/1.1|Host: hello.localhost|Content-Length: 0x4",
                "POST / HTTP/1.1|Host: hello.localhost|Content-Length: 99999999999999999999",
                "POST / HTTP/1.1|Host: hello.localhost|Content-Length:",
                "POST / HTTP/1.1|Host: hello.localhost|Transfer-Encoding: gzip, chunked",
                "POST / HTTP/1.1|Host: hello.localhost|Transfer-Encoding: chunked, identity",
                "POST / HTTP/1.1|Host: hello.localhost|Transfer-Encoding: xchunked",
                "POST / HTTP/1.1|Host: hello.localhost|Transfer-Encoding:\u000bchunked",
                "POST / HTTP/1.1|Host: hello.localhost|Transfer-Encoding:"
                        + " chunked|Transfer-Encoding: x",
                "POST / HTTP/1.0|Host: hello.localhost|Transfer-Encoding: chunked",
                "POST / HTTP/1.1|Host: hello.localhost|Transfer-Encoding : chunked",
                "POST / HTTP/1.1|Host: hello.localhost|Content-Length : 4",
                "GET / HTTP/1.1|Host: hello.localhost|X-Folded: a| b",
                "GET / HTTP/1.1|Host: hello.localhost|X-Folded: a|\tTransfer-Encoding: chunked",
                "GET / HTTP/1.1| Host: hello.localhost",
                "GET / HTTP/1.1|Host: hello.localhost|Host: hello.localhost",
                "GET / HTTP/1.1|Host: hello.localhost|Host: other.localhost",
                "GET / HTTP/1.1|X-No: host",
                "GET / HTTP/1.1|Host: hello.localhost/evil",
                "GET / HTTP/1.1|Host: hello.localhost, other",
                "GET / HTTP/1.1|Host: user@hello.localhost",
                "GET http://other.localhost/ HTTP/1.1|Host: hello.localhost",
                "GET http://user@hello.localhost/ HTTP/1.1|Host: hello.localhost",
                "GET ftp://hello.localhost/ HTTP/1.1|Host: hello.localhost",
                "GET hello HTTP/1.1|Host: hello.localhost",
                "GET /a\u0001b HTTP/1.1|Host: hello.localhost",
                "GET /\u00e4 HTTP/1.1|Host: hello.localhost",
                "GET /#fragment HTTP/1.1|Host: hello.localhost",
                "GET /a b HTTP/1.1|Host: hello.localhost",
                "G@T / HTTP/1.1|Host: hello.localhost",
                "GET / HTTP/1.1|Host: hello.localhost|X-Bad\u0000Name: 1",
                "GET / HTTP/1.1|Host: hello.localhost|X Bad: 1",
                "GET / HTTP/1.1|Host: hello.localhost|: 1",
                "GET / HTTP/1.1|Host: hello.localhost|X-Bad: a\u0000b",
                "GET / HTTP/1.1|Host: hello.localhost|no colon",
                "GET / HTTP/1.1|Host: hello.localhost|X-Bad: a\rTransfer-Encoding: chunked",
            })
    void ambiguousRequestsAreBadRequests(String lines) throws Exception {
        int before = app.heads().size();
        try (Wire wire = new Wire(port)) {
            wire.write(lines.replace("|", "\r\n") + "\r\n\r\n");

            assertThat(wire.read().status()).isEqualTo(400);
            assertThat(wire.isEnded()).isTrue();
        }
        assertThat(app.heads()).hasSize(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "405 CONNECT hello.localhost:80 HTTP/1.1",
                "405 TRACE / HTTP/1.1",
                "505 GET / HTTP/3.0",
                "505 PRI * HTTP/2.0",
            })
    void whatIsNotSpokenIsRefused(String line) throws Exception {
        try (Wire wire = new Wire(port)) {
            wire.write(line.substring(4) + "\r\nHost: hello.localhost\r\n\r\n");

            assertThat(wire.read().status()).isEqualTo(Integer.parseInt(line.substring(0, 3)));
        }
    }

    @Test
    void headsHaveALimit() throws Exception {
        try (Wire wire = new Wire(port)) {
            wire.write("GET /" + "a".repeat(9000) + " HTTP/1.1\r\nHost: hello.localhost\r\n\r\n");
            assertThat(wire.read().status()).isEqualTo(414);
        }
        try (Wire wire = new Wire(port)) {
            wire.write("GET / HTTP/1.1\r\nHost: hello.localhost\r\n");
            wire.write(("X-Large: " + "a".repeat(4000) + "\r\n").repeat(10) + "\r\n");
            assertThat(wire.read().status()).isEqualTo(431);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zz\r\n",
                "-1\r\n",
                "5\r\nabcdefgh\r\n0\r\n\r\n",
            })
    void aMalformedChunkEndsTheRequest(String chunks) throws Exception {
        try (Wire wire = new Wire(port)) {
            wire.write(
                    "POST / HTTP/1.1\r\nHost: hello.localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + chunks);

            assertThat(wire.read().status()).isEqualTo(400);
            assertThat(wire.isEnded()).isTrue();
        }
    }

    @Test
    void anAbsoluteUrlOfTheSameHostIsItsPath() throws Exception {
        try (Wire wire = new Wire(port)) {
            wire.write("GET http://Hello.localhost/x?y HTTP/1.1\r\nHost: hello.localhost\r\n\r\n");

            assertThat(wire.read().status()).isEqualTo(200);
            assertThat(app.heads().getLast()).startsWith("GET /x?y HTTP/1.1");
        }
    }

    @Test
    void aHeadThatDribblesIsEnded() throws Exception {
        try (Wire wire = new Wire(port)) {
            wire.write("GET / HTTP/1.1\r\nHost: hello.localhost\r\nX-Slow: ");
            assertThat(wire.read().status()).isEqualTo(408);
            assertThat(wire.isEnded()).isTrue();
        }
    }

    @Test
    void aBodyThatStallsIsEnded() throws Exception {
        try (Wire wire = new Wire(port)) {
            wire.write(
                    "POST / HTTP/1.1\r\nHost: hello.localhost\r\nContent-Length: 100\r\n\r\nabc");
            assertThat(wire.read().status()).isEqualTo(408);
            assertThat(wire.isEnded()).isTrue();
        }
    }

    @Test
    void anIdleConnectionIsClosed() throws Exception {
        try (Wire wire = new Wire(port)) {
            assertThat(wire.send("GET", "/", "hello.localhost").status()).isEqualTo(200);
            assertThat(wire.isEnded()).isTrue();
        }
    }

    @Test
    void aThousandRequestsInOneWriteAreAnsweredInOrder() throws Exception {
        try (Wire wire = new Wire(port)) {
            wire.write("GET / HTTP/1.1\r\nHost: nobody.localhost\r\n\r\n".repeat(1000));
            wire.write("GET / HTTP/1.1\r\nHost: hello.localhost\r\n\r\n");
            for (int i = 0; i < 1000; i++) {
                assertThat(wire.read().status()).isEqualTo(404);
            }
            assertThat(wire.read().body()).isEqualTo("reached");
        }
    }
}
