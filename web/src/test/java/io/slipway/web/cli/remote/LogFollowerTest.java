package io.slipway.web.cli.remote;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import io.slipway.engine.secret.Secret;
import io.slipway.web.api.ContractCheck;
import io.slipway.web.cli.Patience;
import io.slipway.web.client.ApiClient;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The API is played: it restarts, and its events leave lines out.
final class LogFollowerTest {
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private int there = 5;
    private int streams;
    private boolean away;

    @Test
    void everyLineComesOnceAndNobodyPolls() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 50);
        server.setExecutor(Executors.newSingleThreadExecutor());
        server.createContext("/", this::answer);
        server.start();
        List<String> printed = new ArrayList<>();
        URI at = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        try (ApiClient api = new ApiClient(at, Secret.of("word"))) {
            assertThat(
                            new LogFollower(api, line -> printed.add(line.asString("")), () -> {})
                                    .follow(7, 1, new Patience(null)))
                    .isTrue();
        } finally {
            server.stop(0);
        }
        assertThat(printed)
                .isEqualTo(IntStream.rangeClosed(1, 13).mapToObj(n -> "line " + n).toList());
        assertThat(asked)
                .containsExactly(
                        "lines 1",
                        "lines 6",
                        "stream 6", // what is there, then events
                        "lines 8",
                        "lines 12",
                        "stream 12", // two were left out
                        "away",
                        "lines 13",
                        "stream 13"); // it was started again
    }

    private void answer(HttpExchange exchange) throws IOException {
        String uri = exchange.getRequestURI().toString();
        try (exchange) {
            if (uri.contains("/stream")) {
                asked.add("stream " + uri.replaceFirst(".*%40", ""));
                send(exchange, events(++streams));
                return;
            }
            if (away) {
                away = false;
                asked.add("away");
                exchange.sendResponseHeaders(503, -1);
                return;
            }
            int from = Integer.parseInt(uri.replaceFirst(".*from=", ""));
            asked.add("lines " + from);
            send(exchange, lines(from, there, false));
        }
    }

    private String events(int stream) {
        if (stream == 1) {
            there = 11;
            return event(6, 7, false) + event(10, 11, false);
        }
        if (stream == 2) {
            there = 12;
            away = true;
            return event(12, 12, false);
        }
        return "event: changed\ndata: {\"topic\":\"x\"}\n\n" + event(13, 13, true);
    }

    private static String event(int from, int to, boolean complete) {
        String data =
                lines(from, to, complete)
                        .replaceFirst("\\{", "{\"job\":7,\"attempt\":1,\"times\":[],");
        assertThat(ContractCheck.event("log", data)).isEmpty();
        return "event: log\nid: x\ndata: " + data + "\n\n";
    }

    private static String lines(int from, int to, boolean complete) {
        return "{\"from\":%d,\"lines\":[%s],\"complete\":%s}"
                .formatted(
                        from,
                        IntStream.rangeClosed(from, to)
                                .mapToObj(n -> "\"line " + n + "\"")
                                .collect(Collectors.joining(",")),
                        complete);
    }

    private static void send(HttpExchange exchange, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
