package io.slipway.runners.docker.image;

import io.slipway.engine.image.ImageBuilder.Listener;
import io.slipway.runners.buildkit.BuildProgress;
import io.slipway.runners.buildkit.BuildStatus;
import io.slipway.runners.buildkit.BuildStatus.Vertex;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Reads what the engine tells of one build, and passes it on.
final class BuildStream {
    private final BuildProgress progress;
    private final ClassicBuild classic;
    private String error = "";
    private String imageId = "";

    BuildStream(Listener listener) {
        this.progress = new BuildProgress(listener);
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
        Vertex failed = progress.failed();
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
            progress.add(BuildStatus.parse(Base64.getDecoder().decode(aux.asString(""))));
        } else if (aux.has("ID")) {
            imageId = aux.path("ID").asString("");
        }
        if (event.has("stream")) {
            classic.line(event.path("stream").asString(""));
        }
    }
}
