package io.slipway.web.client;

import io.slipway.engine.secret.Secret;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.settings.DataPaths;
import io.slipway.web.settings.Loopback;
import io.slipway.web.settings.Settings;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/// The API of a server as the command line uses it: the same that the dashboard does.
public final class ApiClient implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int PATIENCE = 30;
    private static final int TRIES = 3;

    /// Seconds that a server may ask to be waited for.
    private static final int LONGEST_WAIT = 10;

    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();
    private final URI server;
    private final String token;

    /// A client for the server that the settings name.
    ///
    /// @throws Fault CONFIGURATION where there is no token to present
    public ApiClient(Settings settings) {
        this(settings.client().server(), token(settings));
    }

    /// A client for a server that presents this.
    public ApiClient(URI server, Secret token) {
        this.server = server;
        this.token = token.reveal();
    }

    /// Whether there is something to present to a server.
    static boolean knows(Settings settings) {
        Settings.Client client = settings.client();
        return client.token() != null
                || client.logins().token(client.server()).isPresent()
                || isOfThisMachine(settings)
                        && Files.isReadable(new DataPaths(settings.data()).token());
    }

    private static Secret token(Settings settings) {
        Settings.Client client = settings.client();
        Secret chosen = client.token();
        if (chosen != null) {
            return chosen;
        }
        Optional<Secret> kept = client.logins().token(client.server());
        if (kept.isPresent()) {
            return kept.get();
        }
        String remedy = "slipway login " + client.server() + ", or set SLIPWAY_TOKEN";
        if (!isOfThisMachine(settings)) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot ask " + client.server() + ": no token is kept for it",
                    remedy);
        }
        Path file = new DataPaths(settings.data()).token();
        try {
            return Secret.of(Files.readString(file).strip());
        } catch (IOException e) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot ask the server: no token in SLIPWAY_TOKEN nor in " + file,
                    remedy,
                    e);
        }
    }

    /// Whether the token in the data folder may be shown to the server: it is of this machine's.
    private static boolean isOfThisMachine(Settings settings) {
        URI server = settings.client().server();
        return server.equals(settings.serving().url()) || Loopback.isAt(server);
    }

    /// Whose API it is.
    public URI server() {
        return server;
    }

    /// Text that stands for itself in a path or query.
    public static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /// What it presents.
    public String token() {
        return token;
    }

    /// What the API answers.
    ///
    /// @param path below `/api/v1`
    /// @throws Fault with what the server said, or UNAVAILABLE when none answers
    public JsonNode get(String path) throws InterruptedException {
        return json(send("GET", path, null, null));
    }

    /// Lists that the server gives page by page, as one answer.
    ///
    /// @param path with a query
    /// @param lists their names in the answer
    public ObjectNode getAll(String path, String... lists) throws InterruptedException {
        ObjectNode whole = (ObjectNode) get(path);
        String next = whole.path("next").asString("");
        while (!next.isEmpty()) {
            JsonNode page = get(path + "&cursor=" + escaped(next));
            for (String list : lists) {
                ((ArrayNode) whole.get(list)).addAll((ArrayNode) page.get(list));
            }
            next = page.path("next").asString("");
        }
        return whole.putNull("next");
    }

    /// The same of a server that may be starting again: it is waited for, 30 s at most.
    public JsonNode getPatiently(String path) throws InterruptedException {
        for (int tries = 1; ; tries++) {
            try {
                return get(path);
            } catch (Fault fault) {
                if (fault.kind() != Kind.UNAVAILABLE || tries >= PATIENCE) {
                    throw fault;
                }
                Thread.sleep(1_000);
            }
        }
    }

    /// The same for something that changes. It is sent again where the answer broke off, under the
    /// same Idempotency-Key: it happens once.
    public JsonNode send(String method, String path, Object body) throws InterruptedException {
        byte[] bytes = JSON.writeValueAsBytes(body);
        String key = UUID.randomUUID().toString();
        for (int tries = 1; ; tries++) {
            try {
                return json(send(method, path, bytes, key));
            } catch (Fault fault) {
                if (tries >= TRIES || !brokeOff(fault)) {
                    throw fault;
                }
                Thread.sleep(1_000);
            }
        }
    }

    /// Whether a request may have arrived that was not answered.
    private static boolean brokeOff(Fault fault) {
        return fault.getCause() instanceof IOException cause
                && !(cause instanceof ConnectException)
                && !(cause instanceof HttpConnectTimeoutException);
    }

    /// A body that may not end.
    public InputStream stream(String path) throws InterruptedException {
        return send("GET", path, null, null).body();
    }

    /// The same of something that is asked for with a body.
    public InputStream stream(String method, String path, Object body) throws InterruptedException {
        return send(method, path, JSON.writeValueAsBytes(body), null).body();
    }

    /// Lines of text that may not end.
    public BufferedReader lines(String path) throws InterruptedException {
        return new BufferedReader(new InputStreamReader(stream(path), StandardCharsets.UTF_8));
    }

    /// @param key by which the server knows a repetition; null: there is none
    private HttpResponse<InputStream> send(
            String method, String path, byte @Nullable [] body, @Nullable String key)
            throws InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(server.resolve("/api/v1" + path))
                        .header("Authorization", "Bearer " + token)
                        .method(
                                method,
                                body == null
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofByteArray(body));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (key != null) {
            request.header("Idempotency-Key", key);
        }
        try {
            while (true) {
                HttpResponse<InputStream> response =
                        http.send(request.build(), BodyHandlers.ofInputStream());
                long wait = toWait(response);
                if (wait > 0) {
                    response.body().close();
                    Thread.sleep(Duration.ofSeconds(wait));
                } else if (response.statusCode() >= 300) {
                    throw refused(response);
                } else {
                    return response;
                }
            }
        } catch (IOException e) {
            throw new Fault(
                    Kind.UNAVAILABLE,
                    "cannot reach Slipway at " + server + ": " + why(e),
                    "start it with ./slipway up, or set SLIPWAY_SERVER",
                    e);
        }
    }

    /// @return seconds; 0 where nothing was said, or where it is too long to be waited for
    private static long toWait(HttpResponse<?> response) {
        if (response.statusCode() != 429) {
            return 0;
        }
        String after = response.headers().firstValue("Retry-After").orElse("");
        return after.matches("[0-9]{1,2}") && Long.parseLong(after) <= LONGEST_WAIT
                ? Long.parseLong(after)
                : 0;
    }

    private static String why(IOException e) {
        return e.getMessage() == null ? "nothing answers there" : e.getMessage();
    }

    private static Fault refused(HttpResponse<InputStream> response) throws IOException {
        Kind kind =
                switch (response.statusCode()) {
                    case 401, 403 -> Kind.PERMISSION;
                    case 404 -> Kind.NOT_FOUND;
                    case 409 -> Kind.CONFLICT;
                    case 502, 503, 504 -> Kind.UNAVAILABLE;
                    default -> response.statusCode() < 500 ? Kind.CONFIGURATION : Kind.INTERNAL;
                };
        byte[] bytes = response.body().readNBytes(64 << 10);
        try {
            JsonNode error = JSON.readTree(bytes);
            return new Fault(
                    kind,
                    error.path("detail").asString("the server answered " + response.statusCode()),
                    error.path("remedy").asString(""));
        } catch (JacksonException e) {
            String text = new String(bytes, StandardCharsets.UTF_8).strip();
            return new Fault(
                    kind,
                    text.isEmpty() ? "the server answered " + response.statusCode() : text,
                    "");
        }
    }

    private static JsonNode json(HttpResponse<InputStream> response) {
        try (InputStream body = response.body()) {
            byte[] bytes = body.readAllBytes();
            return bytes.length == 0 ? JSON.nullNode() : JSON.readTree(bytes);
        } catch (IOException e) {
            throw new Fault(
                    Kind.UNAVAILABLE, "the server's answer broke off: " + e.getMessage(), "", e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
