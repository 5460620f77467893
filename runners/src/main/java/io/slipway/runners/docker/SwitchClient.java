package io.slipway.runners.docker;

import io.slipway.engine.route.RouteTable;
import io.slipway.engine.route.Traffic;
import io.slipway.fault.Failpoint;
import io.slipway.fault.Failpoint.Moment;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Talks to the traffic switch of a data folder over its control port. Every call reads where the
/// switch is anew, so a restarted or upgraded switch is found by the next call. Calls block and may
/// be made by many threads.
public final class SwitchClient implements Traffic, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SwitchClient.class);
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Path control;
    private final Failpoint failpoint;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .proxy(HttpClient.Builder.NO_PROXY)
                    .connectTimeout(Duration.ofSeconds(2))
                    .build();

    /// @param control the switch's `control.json`
    public SwitchClient(Path control) {
        this(control, Failpoint.NONE);
    }

    /// @param control the switch's `control.json`
    public SwitchClient(Path control, Failpoint failpoint) {
        this.failpoint = failpoint;
        this.control = control;
    }

    /// Replaces the switch's table. When it returns, each request that comes from now on goes by
    /// the new table, and the table survives a restart of the switch. The same revision may be
    /// applied again.
    ///
    /// @throws Fault CONFLICT when the switch has a newer revision, UNAVAILABLE when there is none
    @Override
    public void apply(RouteTable table) {
        Set<Integer> taken = put(table);
        if (!taken.isEmpty()) {
            LOG.warn("something else has the loopback ports {}: no app is served there", taken);
        }
    }

    /// As [#apply(RouteTable)].
    ///
    /// @return loopback ports of the table that something else has: no app is served there
    public Set<Integer> put(RouteTable table) {
        byte[] answer = call("PUT", "/routes", table.toJson(), PATIENCE);
        return Set.copyOf(read(answer, Applied.class).loopbackFailed());
    }

    @Override
    public int drain(String backend, Duration timeout) {
        byte[] body =
                JSON.writeValueAsBytes(
                        Map.of("backend", backend, "timeoutMillis", timeout.toMillis()));
        return read(call("POST", "/drain", body, timeout.plus(PATIENCE)), Left.class).left();
    }

    @Override
    public long revision() {
        return state().revision();
    }

    /// What the switch says of itself. After a restart its revision is that of its file.
    ///
    /// @throws Fault UNAVAILABLE when there is none
    public SwitchState state() {
        return read(call("GET", "/state", new byte[0], PATIENCE), SwitchState.class);
    }

    /// Ends the switch, and with it the traffic of every app.
    public void stop() {
        call("POST", "/stop", new byte[0], PATIENCE);
    }

    @Override
    public void close() {
        http.close();
    }

    /// A switch that hands over to its successor answers 503: by then the file names the successor,
    /// or will in a moment.
    private byte[] call(String method, String path, byte[] body, Duration patience) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                HttpResponse<byte[]> answer = send(method, path, body, patience);
                if (answer.statusCode() < 300) {
                    return answer.body();
                }
                String text = new String(answer.body(), StandardCharsets.UTF_8).strip();
                if (answer.statusCode() != 503 || System.nanoTime() > deadline) {
                    throw new Fault(kind(answer.statusCode()), "the switch refused: " + text, "");
                }
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw away(e);
                }
            }
            pause();
        }
    }

    private HttpResponse<byte[]> send(String method, String path, byte[] body, Duration patience)
            throws IOException {
        Control where = JSON.readValue(Files.readAllBytes(control), Control.class);
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + where.controlPort() + path))
                        .method(method, BodyPublishers.ofByteArray(body))
                        .header("Authorization", "Bearer " + where.secret())
                        .header("Content-Type", "application/json")
                        .timeout(patience)
                        .build();
        try {
            failpoint.at(Moment.BEFORE, method + " " + path);
            HttpResponse<byte[]> answer = http.send(request, BodyHandlers.ofByteArray());
            failpoint.at(Moment.AFTER, method + " " + path);
            return answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted(e);
        }
    }

    private static Kind kind(int status) {
        return switch (status) {
            case 400 -> Kind.CONFIGURATION;
            case 401, 403 -> Kind.PERMISSION;
            case 409 -> Kind.CONFLICT;
            case 503 -> Kind.UNAVAILABLE;
            default -> Kind.INTERNAL;
        };
    }

    private static <T> T read(byte[] json, Class<T> type) {
        try {
            return JSON.readValue(json, type);
        } catch (JacksonException e) {
            throw new Fault(
                    Kind.INTERNAL, "cannot read the switch's answer: " + e.getMessage(), "", e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted(e);
        }
    }

    private static Fault interrupted(Exception e) {
        return new Fault(
                Kind.UNAVAILABLE, "the call to the switch was interrupted: shutting down", "", e);
    }

    private static Fault away(IOException e) {
        String why = e instanceof InterruptedIOException ? "no answer in time" : e.toString();
        return new Fault(
                Kind.UNAVAILABLE,
                "cannot reach the traffic switch: " + why,
                "start it with ./slipway up",
                e);
    }

    /// The part of control.json that a client needs.
    private record Control(int controlPort, String secret) {
        @Override
        public String toString() {
            return controlPort + " [secret]";
        }
    }

    /// The answer to a table.
    private record Applied(List<Integer> loopbackFailed) {}

    /// The answer of a drain.
    private record Left(int left) {}
}
