package io.slipway.runners.docker.image;

import io.slipway.engine.plan.Resources;
import io.slipway.runners.buildkit.Builders.Builder;
import io.slipway.runners.buildkit.Builders.Talk;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.EngineReply;
import io.slipway.runners.docker.EngineRequest;

import tools.jackson.databind.JsonNode;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// One builder's container.
///
/// @param id of the container
/// @param limits that it was made with
record DockerBuilder(DockerEngine engine, String id, Resources limits) implements Builder {
    private static final int GONE = 404;
    private static final int LARGEST = 1 << 16;
    private static final int KILLED = 137;

    @Override
    public Talk talk(List<String> command) throws IOException {
        return ExecTalk.start(engine, id, command);
    }

    @Override
    public String end() {
        try (EngineReply reply =
                engine.socket().send(EngineRequest.of("GET", "/containers/" + id + "/json"))) {
            if (reply.status() == GONE) {
                return "was removed";
            }
            JsonNode state = reply.json().path("State");
            if (!reply.ok() || state.path("Running").asBoolean(false)) {
                return "";
            }
            if (state.path("OOMKilled").asBoolean(false)) {
                return "ran out of memory: it has " + (limits.memoryBytes() >> 20) + " MiB";
            }
            int code = state.path("ExitCode").asInt(0);
            return "ended with exit code " + code + (code == KILLED ? "" : last());
        } catch (IOException e) {
            return "";
        }
    }

    /// The last that it printed, since that says why it could not come up.
    private String last() {
        EngineRequest request =
                EngineRequest.of("GET", "/containers/" + id + "/logs?stdout=1&stderr=1&tail=5");
        try (EngineReply reply = engine.socket().send(request)) {
            StringBuilder text = new StringBuilder();
            DataInputStream in = new DataInputStream(reply.body());
            for (int kind = in.read(); kind >= 0 && reply.ok(); kind = in.read()) {
                in.readNBytes(3);
                byte[] part = in.readNBytes(Math.min(in.readInt(), LARGEST));
                text.append(new String(part, StandardCharsets.UTF_8));
            }
            return text.isEmpty() ? "" : ": " + text.toString().strip().replaceAll("\\s+", " ");
        } catch (IOException e) {
            return "";
        }
    }
}
