package io.slipway.runners.docker;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/// One pull: reads the engine's progress and tells it as one line, at most twice a second.
final class ImagePull {
    private static final long EACH_NANOS = Duration.ofMillis(500).toNanos();
    private static final long MEGABYTE = 1_000_000;

    private final String image;
    private final Consumer<String> progress;
    private final Map<String, long[]> layers = new HashMap<>();
    private final long began = System.nanoTime();

    /// What had arrived before this began to follow: of a pull that another call has under way.
    private long before = -1;

    private long told = began - EACH_NANOS;

    ImagePull(String image, Consumer<String> progress) {
        this.image = image;
        this.progress = progress;
    }

    /// Reads the stream to its end.
    void follow(EngineReply reply) throws IOException {
        var reader =
                new BufferedReader(new InputStreamReader(reply.body(), StandardCharsets.UTF_8));
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (!line.isBlank()) {
                event(JsonMapper.shared().readTree(line));
            }
        }
    }

    private void event(JsonNode event) {
        String error = event.path("error").asString("");
        if (!error.isEmpty()) {
            throw DockerFaults.of("cannot pull " + image, error);
        }
        long total = event.path("progressDetail").path("total").asLong(0);
        long current = event.path("progressDetail").path("current").asLong(0);
        String id = event.path("id").asString("");
        switch (event.path("status").asString("")) {
            case "Downloading" -> layers.put(id, new long[] {current, Math.max(current, total)});
            case "Download complete", "Pull complete" ->
                    layers.computeIfPresent(id, (_, of) -> new long[] {of[1], of[1]});
            default -> {}
        }
        long now = System.nanoTime();
        if (now - told >= EACH_NANOS) {
            told = now;
            progress.accept(line(now - began));
        }
    }

    private String line(long nanos) {
        long done = layers.values().stream().mapToLong(of -> of[0]).sum();
        long all = layers.values().stream().mapToLong(of -> of[1]).sum();
        if (before < 0 && all > 0) {
            before = done;
        }
        return line(image, done, all, Math.max(0, before), nanos);
    }

    /// `pulls busybox, 212 of 480 MB, about 40 s`.
    ///
    /// @param before part of `done` that did not arrive in `nanos`
    static String line(String image, long done, long all, long before, long nanos) {
        if (all < MEGABYTE) {
            return "pulls " + image;
        }
        String sizes = "pulls %s, %d of %d MB".formatted(image, done / MEGABYTE, all / MEGABYTE);
        long arrived = done - before;
        if (arrived < MEGABYTE || nanos < Duration.ofSeconds(2).toNanos()) {
            return sizes;
        }
        long seconds = Math.round((double) nanos / arrived * (all - done) / 1e9);
        return sizes + ", about " + Math.max(1, seconds) + " s";
    }
}
