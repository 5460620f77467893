package io.slipway.runners.docker.image;

import io.slipway.engine.image.ImageBuilder.Listener;
import io.slipway.runners.buildkit.BuildStatus.Vertex;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the text of an engine without BuildKit: `Step 2/3 : RUN make` and what follows it.
final class ClassicBuild {
    private static final Pattern STEP = Pattern.compile("Step (\\d+/\\d+) : (.*)\\s*");

    private final Listener listener;
    private String name = "";
    private @Nullable Instant started;
    private boolean cached;

    ClassicBuild(Listener listener) {
        this.listener = listener;
    }

    void line(String text) {
        Matcher step = STEP.matcher(text);
        if (step.matches()) {
            end();
            name = "[" + step.group(1) + "] " + step.group(2).strip();
            started = Instant.now();
            cached = false;
            listener.layer(name, name, false, started, null, null);
        } else if (text.startsWith(" ---> Using cache")) {
            cached = true;
        } else if (text.startsWith("Successfully built ")) {
            end();
        } else if (!name.isEmpty() && !text.startsWith(" ---> ")) {
            listener.output(name, text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /// The step that the error belongs to.
    @Nullable Vertex failed(String error) {
        return name.isEmpty() || error.isEmpty()
                ? null
                : new Vertex(name, name, false, started, Instant.now(), error);
    }

    private void end() {
        if (!name.isEmpty()) {
            listener.layer(name, name, cached, started, Instant.now(), null);
            name = "";
        }
    }
}
