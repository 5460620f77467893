package io.slipway.web.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import io.slipway.engine.secret.Secret;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/// The API is played: its answers break off.
final class ApiClientTest {
    private final List<String> keys = Collections.synchronizedList(new ArrayList<>());
    private volatile int breaks;
    private volatile boolean late;
    private volatile String after = "1";
    private HttpServer server;
    private ApiClient api;

    @BeforeEach
    void open() throws IOException {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 50);
        server.createContext("/", this::answer);
        server.start();
        URI at = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        api = new ApiClient(at, Secret.of("word"));
    }

    @AfterEach
    void close() {
        api.close();
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("Idempotency-Key")));
            if (breaks > 0) {
                breaks--;
                return; // without any answer
            }
            if (late) {
                late = false;
                exchange.getResponseHeaders().add("Retry-After", after);
                exchange.sendResponseHeaders(429, -1);
                return;
            }
            byte[] body = "{\"run\":12}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Test
    void aChangeWhoseAnswerBrokeOffIsSentAgainUnderItsKey() throws Exception {
        breaks = 1;
        assertThat(api.send("POST", "/projects/shop/start", Map.of()).path("run").asInt())
                .isEqualTo(12);
        assertThat(keys).hasSize(2).doesNotContain("null");
        assertThat(keys.get(0)).isEqualTo(keys.get(1));
        api.send("POST", "/projects/shop/start", Map.of());
        assertThat(keys.get(2)).as("another change").isNotEqualTo(keys.get(0));
    }

    @Test
    void whereItAskedTooOftenItWaitsAsTheServerSays() throws Exception {
        late = true;
        assertThat(api.get("/me").path("run").asInt()).isEqualTo(12);
        late = true;
        after = "900";
        assertThatThrownBy(() -> api.get("/me")).isInstanceOf(Fault.class);
    }

    @Test
    void itIsNotTriedForEver() {
        breaks = 10;
        assertThatThrownBy(() -> api.send("POST", "/projects/shop/start", Map.of()))
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault -> assertThat(fault.kind()).isEqualTo(Fault.Kind.UNAVAILABLE));
        assertThat(keys).hasSize(3);
    }

    @Test
    void whatOnlyReadsHasNoKey() throws Exception {
        api.get("/fleet");
        assertThat(keys).containsExactly("null");
    }

    @Test
    void whereNobodyListensNothingIsSentAgain() {
        server.stop(0);
        assertThatThrownBy(() -> api.send("POST", "/projects/shop/start", Map.of()))
                .hasMessageContaining("cannot reach Slipway");
        assertThat(keys).isEmpty();
    }
}
