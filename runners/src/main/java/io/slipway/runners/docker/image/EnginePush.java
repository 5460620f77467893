package io.slipway.runners.docker.image;

import io.slipway.engine.access.TokenText;
import io.slipway.engine.image.ImageBuilder.Destination;
import io.slipway.engine.image.ImageBuilder.Listener;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerFaults;
import io.slipway.runners.docker.EngineReply;
import io.slipway.runners.docker.EngineRequest;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/// The engine pushes by itself.
final class EnginePush {
    private static final Duration ANSWER = Duration.ofMinutes(1);
    private static final long MEGABYTE = 1_000_000;
    private static final String USER = "slipway";

    private final DockerEngine engine;
    private final String address;

    EnginePush(DockerEngine engine, String address) {
        this.engine = engine;
        this.address = address;
    }

    /// Whether the engine gets through to the registry with this credential.
    boolean reaches(TokenText credential) throws IOException {
        EngineRequest request = EngineRequest.of("POST", "/auth").json(login(credential));
        try (EngineReply reply = engine.socket().send(request)) {
            return reply.ok();
        } catch (java.net.SocketTimeoutException e) {
            return false;
        }
    }

    /// Pushes what is tagged in the engine.
    ///
    /// @return the manifest's digest
    String push(Destination to, Listener listener) throws IOException {
        String what = "cannot push " + to.repository();
        EngineRequest request =
                EngineRequest.of("POST", "/images/" + address + "/" + to.repository() + "/push")
                        .query("tag", to.tag())
                        .header("X-Registry-Auth", header(to.credential()))
                        .within(ANSWER);
        try (EngineReply reply = engine.socket().send(request)) {
            if (!reply.ok()) {
                throw DockerFaults.of(what, reply);
            }
            return follow(reply, what, listener);
        }
    }

    String header(TokenText credential) {
        return Base64.getUrlEncoder()
                .encodeToString(login(credential).getBytes(StandardCharsets.UTF_8));
    }

    private String login(TokenText credential) {
        return JsonMapper.shared()
                .writeValueAsString(
                        Map.of(
                                "username", USER,
                                "password", credential.reveal(),
                                "serveraddress", address));
    }

    private static String follow(EngineReply reply, String what, Listener listener)
            throws IOException {
        String digest = "";
        Map<String, long[]> layers = new HashMap<>();
        var lines = new BufferedReader(new InputStreamReader(reply.body(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            JsonNode event = JsonMapper.shared().readTree(line);
            String error = event.path("error").asString("");
            if (!error.isEmpty()) {
                throw DockerFaults.of(what, error);
            }
            digest = event.path("aux").path("Digest").asString(digest);
            progress(event, layers, listener);
        }
        return digest;
    }

    private static void progress(JsonNode event, Map<String, long[]> layers, Listener listener) {
        JsonNode detail = event.path("progressDetail");
        long total = detail.path("total").asLong(0);
        if (total > 0) {
            long done = Math.min(total, detail.path("current").asLong(0));
            layers.put(event.path("id").asString(""), new long[] {done, total});
            listener.progress(
                    "pushes %d of %d MB"
                            .formatted(
                                    layers.values().stream().mapToLong(l -> l[0]).sum() / MEGABYTE,
                                    layers.values().stream().mapToLong(l -> l[1]).sum()
                                            / MEGABYTE));
        }
    }
}
