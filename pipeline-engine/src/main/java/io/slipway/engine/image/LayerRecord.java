package io.slipway.engine.image;

import io.slipway.engine.log.LogWriter;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.Outcome;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Writes what a builder tells: each layer is a step of the attempt, its output is in the log below
/// its name.
final class LayerRecord implements ImageBuilder.Listener {
    /// A layer that an instruction makes; FROM makes none of its own.
    private static final Pattern MADE = Pattern.compile("\\[[^\\]]*\\d+/\\d+\\] (?!FROM ).*");

    private static final int TAIL = 4000;

    private final Claim claim;
    private final LogWriter log;
    private final List<String> names = new ArrayList<>();
    private final Map<String, Layer> layers = new HashMap<>();
    private final StringBuilder tail = new StringBuilder();
    private int declared;
    private @Nullable String printing;

    private static final class Layer {
        private final int position;
        private final String name;
        private boolean begun;
        private boolean ended;
        private boolean cached;

        Layer(int position, String name) {
            this.position = position;
            this.name = name;
        }
    }

    LayerRecord(Claim claim) {
        this.claim = claim;
        this.log = claim.log();
    }

    @Override
    public void layer(
            String id,
            String name,
            boolean cached,
            @Nullable Instant started,
            @Nullable Instant ended,
            @Nullable String error) {
        Layer layer = layers.computeIfAbsent(id, unknown -> added(name));
        layer.cached |= cached;
        if (started != null && !layer.begun) {
            begin(layer, id, started);
        }
        if (layer.begun && ended != null && !layer.ended) {
            end(layer, error, ended);
        }
    }

    private Layer added(String name) {
        String line = oneLine(name);
        names.add(line);
        return new Layer(names.size() - 1, line);
    }

    private void begin(Layer layer, String id, Instant at) {
        layer.begun = true;
        declare();
        claim.steps().begin(layer.position, at);
        claim.progress(layer.name);
        heading(layer.cached ? layer.name + ": cached" : layer.name);
        printing = id;
    }

    private void end(Layer layer, @Nullable String error, Instant at) {
        layer.ended = true;
        if (error != null) {
            heading(layer.name + ": " + oneLine(error));
            printing = null;
        }
        Outcome outcome = error == null ? Outcome.SUCCEEDED : Outcome.FAILED;
        String note = layer.cached ? "cached" : null;
        claim.steps()
                .end(layer.position, outcome, error == null ? null : exitCode(error), note, at);
    }

    @Override
    public void output(String layerId, byte[] bytes) {
        Layer layer = layers.get(layerId);
        if (layer != null && !layerId.equals(printing)) {
            heading(layer.name);
            printing = layerId;
        }
        log.append(bytes, 0, bytes.length, log.sourceEnd());
        tail.append(new String(bytes, StandardCharsets.UTF_8));
        tail.delete(0, Math.max(0, tail.length() - TAIL));
    }

    @Override
    public void note(String line) {
        heading(line);
        printing = null;
    }

    @Override
    public void progress(String line) {
        claim.progress(line);
    }

    /// Something that Slipway does after the layers, as a step of its own.
    ///
    /// @return the step's position
    int step(String name) {
        Layer layer = layers.computeIfAbsent(name, unknown -> added(name));
        layer.begun = true;
        declare();
        claim.steps().begin(layer.position, Instant.now());
        heading(name);
        printing = null;
        return layer.position;
    }

    /// The last of what commands printed.
    String tail() {
        return tail.toString();
    }

    /// Such as `7 of 11 layers cached`; empty when nothing had to be made.
    String cachedOfAll() {
        List<Layer> made =
                layers.values().stream()
                        .filter(layer -> MADE.matcher(layer.name).matches())
                        .toList();
        long cached = made.stream().filter(layer -> layer.cached).count();
        return made.isEmpty()
                ? ""
                : "%d of %d %s cached"
                        .formatted(cached, made.size(), made.size() == 1 ? "layer" : "layers");
    }

    private void declare() {
        if (declared < names.size()) {
            claim.steps().declare(List.copyOf(names));
            declared = names.size();
        }
    }

    private void heading(String text) {
        log.line(text);
    }

    private static @Nullable Integer exitCode(String error) {
        return BuildFailed.exitCodeIn(error);
    }

    private static String oneLine(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() > 300 ? line.substring(0, 300) + "..." : line;
    }
}
