package io.slipway.engine.remote;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

/// Git's own server over HTTP, `git http-backend`, for one repository.
public final class GitServer implements AutoCloseable {
    private final HttpServer server;
    private final Path repository;
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    /// @param repository its `.git`
    public GitServer(Path repository) throws IOException {
        this.repository = repository;
        this.server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 50);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/team/shop.git", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        asked.add(
                exchange.getRequestMethod()
                        + " "
                        + path
                        + " "
                        + exchange.getRequestHeaders().getFirst("Authorization"));
        try (exchange) {
            Process git = backend(exchange);
            Thread.startVirtualThread(() -> body(exchange, git));
            try (InputStream answer = git.getInputStream()) {
                int status = 200;
                for (String line = line(answer); !line.isEmpty(); line = line(answer)) {
                    String[] field = line.split(": ", 2);
                    if (field[0].equals("Status")) {
                        status = Integer.parseInt(field[1].substring(0, 3));
                    } else {
                        exchange.getResponseHeaders().set(field[0], field[1]);
                    }
                }
                exchange.sendResponseHeaders(status, 0);
                try (OutputStream out = exchange.getResponseBody()) {
                    answer.transferTo(out);
                }
            } finally {
                git.destroyForcibly();
            }
        }
    }

    private Process backend(HttpExchange exchange) throws IOException {
        ProcessBuilder git =
                new ProcessBuilder("git", "http-backend")
                        .redirectError(ProcessBuilder.Redirect.DISCARD);
        Map<String, String> variables = git.environment();
        String path = exchange.getRequestURI().getPath();
        String below = path.substring(exchange.getHttpContext().getPath().length());
        variables.put("GIT_CONFIG_GLOBAL", "/dev/null");
        variables.put("GIT_CONFIG_SYSTEM", "/dev/null");
        variables.put("GIT_HTTP_EXPORT_ALL", "1");
        variables.put("PATH_TRANSLATED", repository + below);
        variables.put("REQUEST_METHOD", exchange.getRequestMethod());
        variables.put("QUERY_STRING", text(exchange.getRequestURI().getQuery()));
        variables.put("CONTENT_TYPE", text(header(exchange, "Content-Type")));
        variables.put("CONTENT_LENGTH", text(header(exchange, "Content-Length")));
        variables.put("HTTP_CONTENT_ENCODING", text(header(exchange, "Content-Encoding")));
        variables.put("GIT_PROTOCOL", text(header(exchange, "Git-Protocol")));
        variables.values().removeIf(String::isEmpty);
        return git.start();
    }

    private static void body(HttpExchange exchange, Process git) {
        try (OutputStream to = git.getOutputStream()) {
            exchange.getRequestBody().transferTo(to);
        } catch (IOException e) {
            // It did not want all of it.
        }
    }

    private static @Nullable String header(HttpExchange exchange, String name) {
        return exchange.getRequestHeaders().getFirst(name);
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.append((char) next);
        }
        return line.toString().strip();
    }

    /// From now on it is at another path, and nothing is at the old one.
    public void moveTo(String path) {
        server.removeContext("/team/shop.git");
        server.createContext(path, this::answer);
    }

    public String origin() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// Method, path and credential of each request.
    public List<String> asked() {
        return asked;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
