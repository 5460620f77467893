package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.e2e.RegistryLog.Put;
import io.slipway.engine.blob.Digest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// What an engine and a registry say to each other is understood, in whatever pieces it comes.
class RegistryLogTest {
    private static final String MANIFEST = "{\"config\":{\"digest\":\"sha256:c0\"},\"layers\":[]}";

    private final RegistryLog log = new RegistryLog();
    private int piece = Integer.MAX_VALUE;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100, 100_000})
    void aPushAsAnEngineMakesIt(int bytes) {
        piece = bytes;
        asks("GET /v2/ HTTP/1.1\r\nHost: localhost:1\r\n\r\n");
        answers(
                "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\n"
                        + "Content-Length: 2\r\n\r\n{}");
        asks("HEAD /v2/ships/ships/blobs/sha256:1 HTTP/1.1\r\n\r\n");
        answers("HTTP/1.1 404 Not Found\r\ncontent-length: 99\r\n\r\n");
        asks("POST /v2/ships/ships/blobs/uploads/ HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
        answers("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
        asks(
                "PATCH /v2/ships/ships/blobs/uploads/1 HTTP/1.1\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + "5\r\n"
                        + "PUT /\r\n"
                        + "10;a=b\r\n"
                        + "0123456789abcdef\r\n"
                        + "0\r\n"
                        + "X: y\r\n\r\n");
        answers("HTTP/1.1 100 Continue\r\n\r\n");
        answers("HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n\r\n");
        put("main", MANIFEST);
        answers("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
        log.ended(0);
        assertThat(log.puts())
                .containsExactly(new Put("ships/ships", "main", digest(), "sha256:c0", 201));
        assertThat(log.requests()).isEqualTo(5);
        assertThat(log.away()).isEmpty();
        assertThat(log.unread()).isEmpty();
    }

    @Test
    void aPutIsNotTakenThatIsRefusedOrCutOff() {
        put("one", MANIFEST);
        answers("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
        put("two", MANIFEST);
        log.ended(0);
        assertThat(log.puts())
                .containsExactly(
                        new Put("ships/ships", "one", digest(), "sha256:c0", 503),
                        new Put("ships/ships", "two", digest(), "sha256:c0", 0));
        assertThat(log.puts()).noneMatch(Put::isTaken);
    }

    @Test
    void aGreetingThatIsNotHeardIsNoted() {
        log.refused();
        asks("GET /v2/ HTTP/1.1\r\n\r\n");
        answers("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
        asks("GET /v2/ HTTP/1.1\r\n\r\n");
        log.ended(0);
        assertThat(log.away()).hasSize(3);
        assertThat(log.requests()).isEqualTo(2);
    }

    @Test
    void aGreetingWhoseAnswerIsCutOffIsNotHeard() {
        asks("GET /v2/ HTTP/1.1\r\n\r\n");
        answers("HTTP/1.1 401 Unauthorized\r\nContent-Length: 10\r\n\r\n{");
        log.ended(0);
        assertThat(log.away()).hasSize(1);
        asks("GET /v2/ HT");
        log.ended(0);
        assertThat(log.away()).hasSize(2);
        asks("GET /v2/ HTTP/1.1\r\n\r\n");
        answers("HTTP/1.1 200 OK\r\n\r\n{}");
        log.ended(0);
        assertThat(log.away()).hasSize(2);
        assertThat(log.requests()).isEqualTo(2);
    }

    /// Engines try whether a registry speaks TLS.
    @Test
    void tlsIsNoRequest() {
        log.heard(0, true, ByteBuffer.wrap(new byte[] {0x16, 3, 1, 0, 1, '\r', '\n', '\r', '\n'}));
        answers("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nwhat?");
        log.ended(0);
        assertThat(log.requests()).isZero();
        assertThat(log.away()).isEmpty();
        assertThat(log.unread()).isEmpty();
    }

    @Test
    void whatIsNotUnderstoodIsTold() {
        asks("GET /v2/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nwhat\r\n");
        assertThat(log.unread()).hasSize(1);
    }

    private void put(String tag, String manifest) {
        asks(
                "PUT /v2/ships/ships/manifests/%s HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(tag, manifest.length(), manifest));
    }

    private static String digest() {
        return Digest.of(MANIFEST.getBytes(StandardCharsets.UTF_8)).toString();
    }

    private void asks(String text) {
        heard(true, text);
    }

    private void answers(String text) {
        heard(false, text);
    }

    private void heard(boolean fromNear, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length; at += Math.min(piece, bytes.length - at)) {
            int length = Math.min(piece, bytes.length - at);
            log.heard(0, fromNear, ByteBuffer.wrap(bytes, at, length));
        }
    }
}
