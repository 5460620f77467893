package io.slipway.runners.docker.image;

import io.slipway.engine.image.ImageBuilder.Listener;
import io.slipway.runners.docker.image.BuildStatus.Status;
import io.slipway.runners.docker.image.BuildStatus.Vertex;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// Reads what the engine tells of one build, and passes it on.
final class BuildStream {
    private static final String CANCELLED = "context canceled";
    private static final long MEGABYTE = 1_000_000;

    private final Listener listener;
    private final ClassicBuild classic;
    private final Map<String, String> names = new HashMap<>();
    private final Map<String, Status> pulls = new LinkedHashMap<>();
    private @Nullable Vertex failed;
    private String error = "";
    private String imageId = "";

    BuildStream(Listener listener) {
        this.listener = listener;
        this.classic = new ClassicBuild(listener);
    }

    /// Reads to the end of the answer.
    void follow(InputStream body) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (!line.isBlank()) {
                event(JsonMapper.shared().readTree(line));
            }
        }
    }

    /// The vertex that failed; null when none did.
    @Nullable Vertex failed() {
        return failed == null ? classic.failed(error) : failed;
    }

    /// The engine's error; empty when there is none.
    String error() {
        return error;
    }

    /// Content id of the image; empty when there is none.
    String imageId() {
        return imageId;
    }

    private void event(JsonNode event) {
        if (event.has("error")) {
            error = event.path("error").asString("");
        }
        JsonNode aux = event.path("aux");
        if (aux.isString()) {
            status(BuildStatus.parse(Base64.getDecoder().decode(aux.asString(""))));
        } else if (aux.has("ID")) {
            imageId = aux.path("ID").asString("");
        }
        if (event.has("stream")) {
            classic.line(event.path("stream").asString(""));
        }
    }

    private void status(BuildStatus status) {
        status.vertices().forEach(this::vertex);
        status.statuses().forEach(this::pull);
        for (BuildStatus.Log log : status.logs()) {
            listener.output(log.vertex(), log.bytes());
        }
    }

    private void vertex(Vertex vertex) {
        names.put(vertex.digest(), vertex.name());
        String fault = vertex.error();
        if (fault != null && !fault.isEmpty() && !fault.contains(CANCELLED)) {
            failed = vertex;
            if (Frontend.resolves(vertex.name())) {
                return;
            }
        } else if (internal(vertex.name())) {
            return;
        }
        listener.layer(
                vertex.digest(),
                vertex.name(),
                vertex.cached(),
                vertex.started(),
                vertex.completed(),
                fault);
    }

    private static boolean internal(String name) {
        return name.startsWith("[internal]")
                || name.equals("copy /context /")
                || Frontend.resolves(name);
    }

    private void pull(Status status) {
        String name = names.getOrDefault(status.vertex(), "");
        int from = name.indexOf("FROM ");
        if (from < 0 || status.total() <= 0 || !status.id().startsWith("sha256:")) {
            return;
        }
        pulls.put(status.id(), status);
        long done = pulls.values().stream().mapToLong(Status::current).sum();
        long all = pulls.values().stream().mapToLong(Status::total).sum();
        listener.progress(
                "pulls %s, %d of %d MB"
                        .formatted(name.substring(from + 5), done / MEGABYTE, all / MEGABYTE));
    }
}
