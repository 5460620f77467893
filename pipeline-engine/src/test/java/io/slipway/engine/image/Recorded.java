package io.slipway.engine.image;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// Keeps what a builder tells.
public final class Recorded implements ImageBuilder.Listener {
    /// `open`, `done`, `failed` or `cached`, by name.
    public final Map<String, String> layers = new ConcurrentHashMap<>();

    /// What was printed, by the layer's name.
    public final Map<String, String> output = new ConcurrentHashMap<>();

    /// What is kept with the log.
    public final List<String> notes = new CopyOnWriteArrayList<>();

    private final Map<String, String> names = new ConcurrentHashMap<>();

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
