package io.slipway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import io.slipway.web.api.ContractCheck;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A server whose answers are given beforehand. What it is asked and what it answers is held to the
/// contract.
final class PlayedServer implements AutoCloseable {
    private static final String API = "/api/v1";

    private final Map<String, String> answers = new HashMap<>();
    private final Set<String> accepted = new HashSet<>();
    private final Map<String, String> open = new HashMap<>();
    private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch ends = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    PlayedServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 50);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// @param asked method and path below `/api/v1`: `GET /fleet?limit=200`
    /// @param json with ' in place of "
    PlayedServer says(String asked, String json) {
        answers.put(asked, json.replace('\'', '"'));
        return this;
    }

    /// The same for what is accepted: 202.
    PlayedServer accepts(String asked, String json) {
        accepted.add(asked);
        return says(asked, json);
    }

    /// An answer that begins so and does not end.
    PlayedServer goesOn(String asked, String type, String begin) {
        open.put(asked, type + "\n" + begin);
        return this;
    }

    /// What was not as the contract says, or not foreseen.
    List<String> wrong() {
        return List.copyOf(wrong);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] sent = exchange.getRequestBody().readAllBytes();
            String method = exchange.getRequestMethod();
            String path = exchange.getRequestURI().toString().substring(API.length());
            String asked = method + " " + path;
            String body = new String(sent, StandardCharsets.UTF_8);
            String stream = open.get(asked);
            if (stream != null) {
                String[] parts = stream.split("\n", 2);
                check(method, path, body, 200, parts[0], "");
                goOn(exchange, parts[0], parts[1]);
                return;
            }
            String json = answers.get(asked);
            if (json == null) {
                wrong.add(asked + " is not foreseen");
            }
            int status = json == null ? 500 : accepted.contains(asked) ? 202 : 200;
            String text = json == null ? "" : json;
            check(method, path, body, status, "application/json", text);
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private void check(
            String method, String path, String body, int status, String type, String answer) {
        ContractCheck.exchange(method, path, body, status, type, answer)
                .forEach(each -> wrong.add(method + " " + path + ": " + each));
    }

    private void goOn(HttpExchange exchange, String type, String begin) throws IOException {
        exchange.getResponseHeaders().add("Content-Type", type);
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        out.write(begin.getBytes(StandardCharsets.UTF_8));
        out.flush();
        try {
            ends.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        ends.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
