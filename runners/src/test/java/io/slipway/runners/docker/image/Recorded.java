package io.slipway.runners.docker.image;

import io.slipway.engine.image.ImageBuilder;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Keeps what a builder tells.
final class Recorded implements ImageBuilder.Listener {
    final Map<String, String> layers = new LinkedHashMap<>();
    final Map<String, String> output = new LinkedHashMap<>();
    final List<String> notes = new ArrayList<>();
    private final Map<String, String> names = new LinkedHashMap<>();

    @Override
    public void layer(
            String id,
            String name,
            boolean cached,
            @Nullable Instant started,
            @Nullable Instant ended,
            @Nullable String error) {
        names.put(id, name);
        String state = ended == null ? "open" : error != null ? "failed" : "done";
        layers.put(name, cached ? "cached" : state);
    }

    @Override
    public void output(String layerId, byte[] bytes) {
        output.merge(
                names.getOrDefault(layerId, "?"),
                new String(bytes, StandardCharsets.UTF_8),
                String::concat);
    }

    @Override
    public void note(String line) {
        notes.add(line);
    }

    @Override
    public void progress(String line) {}
}
