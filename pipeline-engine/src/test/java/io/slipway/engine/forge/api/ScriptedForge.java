package io.slipway.engine.forge.api;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/// An HTTP server that plays a forge: it notes what it is asked, whole, and answers what it is told
/// to, one answer after another and then always the last; or what is said for a method and path.
public final class ScriptedForge implements AutoCloseable {
    private static final List<String> TOLD =
            List.of(
                    "accept",
                    "authorization",
                    "content-type",
                    "if-none-match",
                    "private-token",
                    "webhook-id",
                    "webhook-signature",
                    "webhook-timestamp",
                    "x-github-api-version");

    private final HttpServer server;
    private final Queue<Said> script = new ConcurrentLinkedQueue<>();
    private final Map<String, Said> routes = new ConcurrentHashMap<>();
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Said> places = new ConcurrentHashMap<>();
    private final Map<String, Predicate<String>> guards = new ConcurrentHashMap<>();
    private final Queue<Runnable> delays = new ConcurrentLinkedQueue<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Said last = new Said(201, Map.of(), "{}");

    /// An answer. One with an `ETag` is 304 to whoever has it already.
    private record Said(int status, Map<String, String> headers, String body) {
        /// Begins an answer and never ends it.
        static final Said SLOW = new Said(200, Map.of(), "slow");
    }

    public ScriptedForge() throws IOException {
        this.server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 50);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, String> headers = new TreeMap<>();
        exchange.getRequestHeaders()
                .forEach(
                        (name, values) -> {
                            String lower = name.toLowerCase(Locale.ROOT);
                            if (TOLD.contains(lower)) {
                                headers.put(lower, String.join("|", values));
                            }
                        });
        StringBuilder whole = new StringBuilder();
        whole.append(exchange.getRequestMethod()).append(' ').append(exchange.getRequestURI());
        headers.forEach(
                (name, value) -> whole.append('\n').append(name).append(": ").append(value));
        asked.add(whole + (body.isEmpty() ? "" : "\n" + body));
        Runnable delay = delays.poll();
        if (delay != null) {
            delay.run();
        }
        String request = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
        Predicate<String> guard = guards.getOrDefault(request, word -> true);
        if (!guard.test(headers.getOrDefault("authorization", ""))) {
            try (exchange) {
                exchange.sendResponseHeaders(401, -1);
            }
            return;
        }
        Said there = places.get(exchange.getRequestURI().toString());
        Said said = there != null ? there : said(request);
        try (exchange) {
            if (said == Said.SLOW) {
                slowly(exchange);
                return;
            }
            said.headers().forEach(exchange.getResponseHeaders()::set);
            String mark = said.headers().get("ETag");
            if (mark != null && mark.equals(headers.get("if-none-match"))) {
                exchange.sendResponseHeaders(304, -1);
                return;
            }
            byte[] bytes = said.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(said.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private Said said(String request) {
        Said next = script.poll();
        return next == null ? routes.getOrDefault(request, last) : next;
    }

    private void slowly(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        out.write('[');
        out.flush();
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Answers the next request so.
    public ScriptedForge next(int status, Map<String, String> headers, String body) {
        script.add(new Said(status, headers, body));
        return this;
    }

    /// Answers 401 to what is asked by a method at a path without this authorization.
    public ScriptedForge guard(String request, Predicate<String> authorization) {
        guards.put(request, authorization);
        return this;
    }

    /// Does something between the next request and its answer.
    public ScriptedForge before(Runnable delay) {
        delays.add(delay);
        return this;
    }

    /// Answers always so at one address, without a place in the script.
    public ScriptedForge at(String path, int status, String body) {
        places.put(path, new Said(status, Map.of(), body));
        return this;
    }

    /// Answers so whatever is not scripted.
    public ScriptedForge always(int status, Map<String, String> headers, String body) {
        last = new Said(status, headers, body);
        return this;
    }

    /// Answers so what is asked by a method at a path: `GET /api/v1/repos/a/b`.
    public ScriptedForge at(String request, int status, Map<String, String> headers, String body) {
        routes.put(request, new Said(status, headers, body));
        return this;
    }

    /// Begins its answers and does not end them.
    public ScriptedForge slowly() {
        last = Said.SLOW;
        return this;
    }

    /// Every request: method and path, the headers that matter, the body.
    public List<String> asked() {
        synchronized (asked) {
            return List.copyOf(asked);
        }
    }

    /// Forgets what it was asked so far.
    public void forget() {
        asked.clear();
    }

    public String origin() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
    }
}
