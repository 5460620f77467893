package io.slipway.runners.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

class EngineSocketTest {
    private ServerSocket server;
    private EngineSocket socket;

    private interface Conversation {
        void hold(Socket socket) throws IOException;
    }

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        var address = DockerAddress.of("tcp://127.0.0.1:" + server.getLocalPort(), "the test");
        socket = new EngineSocket(address, null, "1.41");
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
        server.close();
    }

    @Test
    void requestIsWrittenWithVersionAndEncodedQuery() throws Exception {
        var request = answering("HTTP/1.1 204 No Content\r\n\r\n");
        socket.send(EngineRequest.of("POST", "/x").query("a", "b c&d")).close();
        assertThat(request.get())
                .isEqualTo(
                        """
                        POST /v1.41/x?a=b+c%26d HTTP/1.1\r
                        Host: docker\r
                        Connection: close\r
                        Content-Length: 0\r
                        \r
                        """);
    }

    @Test
    void chunkedAnswerIsPutTogether() throws Exception {
        answering(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "5\r\nhello\r\n1;x=y\r\n \r\n5\r\nworld\r\n0\r\n\r\nrest");
        try (var reply = socket.send(EngineRequest.of("GET", "/x"))) {
            assertThat(reply.text()).isEqualTo("hello world");
        }
    }

    @Test
    void answerThatIsCutIsNoAnswer() throws Exception {
        answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        try (var reply = socket.send(EngineRequest.of("GET", "/x"))) {
            assertThatThrownBy(reply::text)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cut");
        }
    }

    @Test
    void engineThatHangsIsLeftAfterTheLimit() throws Exception {
        CompletableFuture<Void> held =
                serve(connection -> connection.getInputStream().readAllBytes());
        assertThatThrownBy(
                        () ->
                                socket.send(
                                        EngineRequest.of("GET", "/x")
                                                .within(Duration.ofMillis(100))))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("no answer to GET /x within 0 s");
        held.get();
    }

    @Test
    void refusalBeforeTheWholeBodyWasReadIsTheAnswer() throws Exception {
        CompletableFuture<Void> refused =
                serve(
                        connection -> {
                            head(connection.getInputStream());
                            connection
                                    .getOutputStream()
                                    .write(
                                            "HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\nno"
                                                    .getBytes());
                            connection.shutdownInput();
                        });
        var request =
                EngineRequest.of("PUT", "/x")
                        .body(
                                "application/x-tar",
                                out -> {
                                    byte[] block = new byte[1 << 16];
                                    for (int i = 0; i < 500; i++) {
                                        out.write(block);
                                    }
                                });
        try (var reply = socket.send(request)) {
            assertThat(reply.status()).isEqualTo(409);
        }
        refused.get();
    }

    @Test
    void failureOfTheBodysSourceIsNotTakenForTheEngines() throws Exception {
        serve(connection -> connection.getInputStream().readAllBytes());
        var request =
                EngineRequest.of("PUT", "/x")
                        .body(
                                "application/x-tar",
                                _ -> {
                                    throw new IOException("no such commit");
                                });
        assertThatThrownBy(() -> socket.send(request)).hasMessage("no such commit");
    }

    @Test
    void upgradedConnectionHasAHalfClose() throws Exception {
        serve(
                connection -> {
                    head(connection.getInputStream());
                    var out = connection.getOutputStream();
                    out.write("HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\n".getBytes());
                    byte[] all = connection.getInputStream().readAllBytes();
                    out.write(("got " + new String(all, StandardCharsets.UTF_8)).getBytes());
                    connection.close();
                });
        try (var reply = socket.send(EngineRequest.of("POST", "/attach").upgraded())) {
            assertThat(reply.status()).isEqualTo(101);
            reply.output().write("records".getBytes());
            reply.halfClose();
            assertThat(reply.text()).isEqualTo("got records");
        }
    }

    private CompletableFuture<String> answering(String answer) {
        CompletableFuture<String> request = new CompletableFuture<>();
        serve(
                connection -> {
                    request.complete(head(connection.getInputStream()));
                    connection.getOutputStream().write(answer.getBytes());
                    connection.close();
                });
        return request;
    }

    private CompletableFuture<Void> serve(Conversation conversation) {
        CompletableFuture<Void> held = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try (Socket connection = server.accept()) {
                                conversation.hold(connection);
                                held.complete(null);
                            } catch (IOException e) {
                                held.completeExceptionally(e);
                            }
                        });
        return held;
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            head.append((char) in.read());
        }
        return head.toString();
    }
}
