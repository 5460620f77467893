package io.slipway.runners.docker;

import io.slipway.fault.Fault;
import io.slipway.fault.Rounds;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Follows the events of an engine on a thread of its own, and connects again when it was away.
public final class EngineEvents implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineEvents.class);
    private static final long AGAIN_MILLIS = 500;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final EngineSocket socket;
    private final List<String> labels;
    private final Listener listener;
    private volatile boolean closed;
    private volatile @Nullable EngineReply reply;

    private EngineEvents(EngineSocket socket, List<String> labels, Listener listener) {
        this.socket = socket;
        this.labels = labels;
        this.listener = listener;
    }

    /// Takes events, one at a time; a slow listener holds the following ones back.
    public interface Listener {
        /// Something happened to a container.
        ///
        /// @param action such as `start`, `die`, `oom`, `destroy`
        /// @param id of the container
        /// @param attributes its labels, `name`, `exitCode` and others
        void event(String action, String id, Map<String, String> attributes);

        /// The engine answers, for the first time or again: what it runs should be compared with
        /// what is known.
        void connected();

        /// The engine went away.
        void lost(Fault why);
    }

    static EngineEvents watch(EngineSocket socket, List<String> labels, Listener listener) {
        EngineEvents events = new EngineEvents(socket, labels, listener);
        Thread.ofVirtual().name("engine-events").start(events::runOn);
        return events;
    }

    @Override
    public void close() {
        closed = true;
        EngineReply open = reply;
        if (open != null) {
            open.close();
        }
    }

    private void runOn() {
        while (!closed) {
            Rounds.once(LOG, "the engine's events are followed anew", this::run);
            if (!closed) {
                pause();
            }
        }
    }

    private void run() {
        boolean lost = false;
        while (!closed) {
            try {
                follow();
            } catch (IOException | RuntimeException e) {
                if (!closed && !lost) {
                    lost = true;
                    LOG.debug("the engine's events ended", e);
                    listener.lost(DockerFaults.of("cannot follow the engine's events", e));
                }
                pause();
                continue;
            }
            lost = false;
        }
    }

    private void follow() throws IOException {
        Map<String, List<String>> filters =
                labels.isEmpty()
                        ? Map.of("type", List.of("container"))
                        : Map.of("type", List.of("container"), "label", labels);
        EngineRequest request =
                EngineRequest.of("GET", "/events")
                        .query("filters", JSON.writeValueAsString(filters));
        try (EngineReply open = socket.send(request)) {
            reply = open;
            if (!open.ok()) {
                throw DockerFaults.of("cannot follow the engine's events", open);
            }
            if (closed) {
                return;
            }
            listener.connected();
            var lines =
                    new BufferedReader(new InputStreamReader(open.body(), StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                tell(line);
            }
        }
        throw new IOException("the engine closed the stream of events");
    }

    private void tell(String line) {
        try {
            JsonNode event = JSON.readTree(line);
            Map<String, String> attributes = new HashMap<>();
            event.path("Actor")
                    .path("Attributes")
                    .properties()
                    .forEach(e -> attributes.put(e.getKey(), e.getValue().asString("")));
            listener.event(
                    event.path("Action").asString(""),
                    event.path("Actor").path("ID").asString(""),
                    attributes);
        } catch (JacksonException e) {
            LOG.warn("the engine sent an event that is not JSON: {}", line);
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(AGAIN_MILLIS);
        } catch (InterruptedException e) {
            closed = true;
        }
    }
}
