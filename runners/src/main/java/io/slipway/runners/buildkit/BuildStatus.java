package io.slipway.runners.buildkit;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;

/// One message of BuildKit's progress: `moby.buildkit.v1.StatusResponse`, the fields that are used.
///
/// @param vertices of the builder's graph, as far as they changed
/// @param statuses of what is moved: pulls, exports
/// @param logs of what commands print
public record BuildStatus(List<Vertex> vertices, List<Status> statuses, List<Log> logs) {

    /// A step of the builder's graph.
    ///
    /// @param digest names it
    /// @param error null when there is none
    public record Vertex(
            String digest,
            String name,
            boolean cached,
            @Nullable Instant started,
            @Nullable Instant completed,
            @Nullable String error) {
        Vertex named(UnaryOperator<String> rename) {
            return new Vertex(digest, rename.apply(name), cached, started, completed, error);
        }
    }

    /// How far something is that a vertex moves.
    ///
    /// @param vertex digest of the vertex it belongs to
    /// @param current bytes done
    /// @param total bytes; 0 when not known
    public record Status(String id, String vertex, long current, long total) {}

    /// What a command printed.
    ///
    /// @param vertex digest of the vertex whose command printed it
    public record Log(String vertex, byte[] bytes) {}

    /// @throws IllegalArgumentException when these bytes are no such message
    public static BuildStatus parse(byte[] message) {
        List<Vertex> vertices = new ArrayList<>();
        List<Status> statuses = new ArrayList<>();
        List<Log> logs = new ArrayList<>();
        ProtoReader in = new ProtoReader(message);
        while (in.next()) {
            switch (in.field()) {
                case 1 -> vertices.add(vertex(in.message()));
                case 2 -> statuses.add(status(in.message()));
                case 3 -> logs.add(log(in.message()));
                default -> in.skip();
            }
        }
        return new BuildStatus(vertices, statuses, logs);
    }

    /// A line of what `buildctl --progress rawjson` prints.
    static BuildStatus of(JsonNode line) {
        List<Vertex> vertices = new ArrayList<>();
        List<Status> statuses = new ArrayList<>();
        List<Log> logs = new ArrayList<>();
        for (JsonNode one : line.path("vertexes")) {
            vertices.add(
                    new Vertex(
                            one.path("digest").asString(""),
                            one.path("name").asString(""),
                            one.path("cached").asBoolean(false),
                            time(one.path("started")),
                            time(one.path("completed")),
                            one.has("error") ? one.path("error").asString("") : null));
        }
        for (JsonNode one : line.path("statuses")) {
            statuses.add(
                    new Status(
                            one.path("id").asString(""),
                            one.path("vertex").asString(""),
                            one.path("current").asLong(0),
                            one.path("total").asLong(0)));
        }
        for (JsonNode one : line.path("logs")) {
            byte[] bytes = Base64.getDecoder().decode(one.path("data").asString(""));
            logs.add(new Log(one.path("vertex").asString(""), bytes));
        }
        return new BuildStatus(vertices, statuses, logs);
    }

    private static @Nullable Instant time(JsonNode node) {
        String text = node.asString("");
        return text.isEmpty() ? null : OffsetDateTime.parse(text).toInstant();
    }

    private static Vertex vertex(ProtoReader in) {
        String digest = "";
        String name = "";
        boolean cached = false;
        Instant started = null;
        Instant completed = null;
        String error = null;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> digest = text(in);
                case 3 -> name = text(in);
                case 4 -> cached = in.number() != 0;
                case 5 -> started = time(in.message());
                case 6 -> completed = time(in.message());
                case 7 -> error = text(in);
                default -> in.skip();
            }
        }
        return new Vertex(digest, name, cached, started, completed, error);
    }

    private static Status status(ProtoReader in) {
        String id = "";
        String vertex = "";
        long current = 0;
        long total = 0;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> id = text(in);
                case 2 -> vertex = text(in);
                case 4 -> current = in.number();
                case 5 -> total = in.number();
                default -> in.skip();
            }
        }
        return new Status(id, vertex, current, total);
    }

    private static Log log(ProtoReader in) {
        String vertex = "";
        byte[] bytes = {};
        while (in.next()) {
            switch (in.field()) {
                case 1 -> vertex = text(in);
                case 4 -> bytes = in.bytes();
                default -> in.skip();
            }
        }
        return new Log(vertex, bytes);
    }

    private static Instant time(ProtoReader in) {
        long seconds = 0;
        long nanos = 0;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> seconds = in.number();
                case 2 -> nanos = in.number();
                default -> in.skip();
            }
        }
        return Instant.ofEpochSecond(seconds, nanos);
    }

    private static String text(ProtoReader in) {
        return new String(in.bytes(), StandardCharsets.UTF_8);
    }
}
