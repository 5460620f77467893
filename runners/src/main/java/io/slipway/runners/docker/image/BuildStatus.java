package io.slipway.runners.docker.image;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// One message of BuildKit's progress: `moby.buildkit.v1.StatusResponse`, the fields that are used.
///
/// @param vertices of the builder's graph, as far as they changed
/// @param statuses of what is moved: pulls, exports
/// @param logs of what commands print
record BuildStatus(List<Vertex> vertices, List<Status> statuses, List<Log> logs) {

    /// @param digest names it
    /// @param error null when there is none
    record Vertex(
            String digest,
            String name,
            boolean cached,
            @Nullable Instant started,
            @Nullable Instant completed,
            @Nullable String error) {}

    /// @param vertex digest of the vertex it belongs to
    /// @param current bytes done
    /// @param total bytes; 0 when not known
    record Status(String id, String vertex, long current, long total) {}

    /// @param vertex digest of the vertex whose command printed it
    record Log(String vertex, byte[] bytes) {}

    /// @throws IllegalArgumentException when these bytes are no such message
    static BuildStatus parse(byte[] message) {
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
