package io.slipway.web.cli.remote;

import io.slipway.web.cli.Patience;
import io.slipway.web.client.ApiClient;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/// What an attempt prints, to its end: what is there by blocks, what comes by the server's events.
/// No line is left out and none comes twice, also when the server is started again meanwhile.
final class LogFollower {
    private static final int BLOCK = 500;

    private final ApiClient api;
    private final Consumer<JsonNode> line;
    private final Runnable flush;
    private long next = 1;
    private boolean complete;

    /// @param line takes each line
    /// @param flush called when no further line is known
    LogFollower(ApiClient api, Consumer<JsonNode> line, Runnable flush) {
        this.api = api;
        this.line = line;
        this.flush = flush;
    }

    /// @param patience ends it before
    /// @return whether the attempt has ended, and all of it was taken
    boolean follow(long job, int attempt, Patience patience) throws InterruptedException {
        String lines = "/jobs/" + job + "/attempts/" + attempt + "/log/lines?count=" + BLOCK;
        while (true) {
            history(lines);
            if (complete || patience.isOver()) {
                return complete;
            }
            String topic = ApiClient.escaped("log:" + job + ":" + attempt + "@" + next);
            InputStream stream = api.stream("/stream?topics=" + topic);
            try (stream;
                    Patience.Guard _ = patience.guard(stream);
                    BufferedReader events =
                            new BufferedReader(
                                    new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                if (listen(events)) {
                    continue; // lines are missing between
                }
            } catch (IOException e) {
                // the server restarts
            }
            if (!complete && !patience.isOver()) {
                Thread.sleep(1_000);
            }
        }
    }

    private void history(String lines) throws InterruptedException {
        int came = BLOCK;
        while (came > 0 && !complete) {
            JsonNode block = api.getPatiently(lines + "&from=" + next);
            came = block.path("lines").size();
            take(block);
        }
        flush.run();
    }

    private void take(JsonNode block) {
        block.path("lines").forEach(line);
        if (!block.path("lines").isEmpty()) {
            next = block.path("from").asLong(next) + block.path("lines").size();
        }
        complete = block.path("complete").asBoolean(false);
    }

    /// Takes events to the log's end, or to one that does not go on where the last one ended.
    ///
    /// @return whether lines are missing
    private boolean listen(BufferedReader events) throws IOException {
        String name = "";
        for (String text = events.readLine(); text != null; text = events.readLine()) {
            if (text.startsWith("event: ")) {
                name = text.substring("event: ".length());
            } else if (text.startsWith("data: ") && name.equals("log")) {
                JsonNode event = JsonMapper.shared().readTree(text.substring("data: ".length()));
                if (event.path("from").asLong() > next && !event.path("lines").isEmpty()) {
                    return true;
                }
                take(event);
                flush.run();
                if (complete) {
                    return false;
                }
            }
        }
        return false;
    }
}
