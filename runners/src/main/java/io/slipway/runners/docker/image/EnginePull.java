package io.slipway.runners.docker.image;

import io.slipway.engine.blob.Digest;
import io.slipway.engine.image.Manifests.Stored;
import io.slipway.engine.image.Registry;
import io.slipway.engine.source.TarStream;
import io.slipway.fault.Fault;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerFaults;
import io.slipway.runners.docker.EngineReply;
import io.slipway.runners.docker.EngineRequest;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Brings an image from the registry back into an engine.
final class EnginePull {
    private static final Duration ANSWER = Duration.ofMinutes(10);

    private final DockerEngine engine;
    private final Registry registry;
    private final String address;
    private final EnginePush push;

    EnginePull(DockerEngine engine, Registry registry, String address) {
        this.engine = engine;
        this.registry = registry;
        this.address = address;
        this.push = new EnginePush(engine, address);
    }

    String pull(String repository, String digest, String engineId) throws IOException {
        Stored manifest =
                registry.manifests()
                        .find(repository, digest)
                        .orElseThrow(() -> missing(repository, digest));
        var credential = registry.pullCredential(repository);
        if (push.reaches(credential)) {
            asked(repository, digest, push.header(credential));
            if (engine.image(engineId).isPresent()) {
                return engineId;
            }
        }
        load(repository, JsonMapper.shared().readTree(manifest.bytes()));
        String config = config(JsonMapper.shared().readTree(manifest.bytes())).toString();
        for (String id : List.of(engineId, config, address + "/" + repository + ":loaded")) {
            var found = engine.image(id);
            if (found.isPresent()) {
                return String.valueOf(found.get().getId());
            }
        }
        throw missing(repository, digest);
    }

    /// The engine pulls by itself; what goes wrong there is no fault, since there is another way.
    private void asked(String repository, String digest, String header) throws IOException {
        EngineRequest request =
                EngineRequest.of("POST", "/images/create")
                        .query("fromImage", address + "/" + repository)
                        .query("tag", digest)
                        .header("X-Registry-Auth", header)
                        .within(ANSWER);
        try (EngineReply reply = engine.socket().send(request)) {
            drain(reply);
        }
    }

    private void load(String repository, JsonNode manifest) throws IOException {
        EngineRequest request =
                EngineRequest.of("POST", "/images/load?quiet=1")
                        .body("application/x-tar", out -> archive(out, repository, manifest))
                        .within(ANSWER);
        try (EngineReply reply = engine.socket().send(request)) {
            String error = drain(reply);
            if (!reply.ok() || !error.isEmpty()) {
                throw DockerFaults.of("cannot bring back " + repository, error);
            }
        }
    }

    /// As `docker save` writes it.
    private void archive(OutputStream out, String repository, JsonNode manifest)
            throws IOException {
        try (TarStream tar = new TarStream(out, 0)) {
            Digest config = config(manifest);
            copy(tar, config.hex() + ".json", repository, manifest.path("config"));
            List<String> names = new ArrayList<>();
            Set<String> written = new HashSet<>();
            for (JsonNode layer : manifest.path("layers")) {
                String name = Digest.parse(layer.path("digest").asString("")).hex() + ".tar";
                names.add(name);
                if (written.add(name)) {
                    copy(tar, name, repository, layer);
                }
            }
            Map<String, Object> index =
                    Map.of(
                            "Config",
                            config.hex() + ".json",
                            "RepoTags",
                            List.of(address + "/" + repository + ":loaded"),
                            "Layers",
                            names);
            String text = JsonMapper.shared().writeValueAsString(List.of(index));
            tar.file("manifest.json", text.getBytes(StandardCharsets.UTF_8), 0);
        }
    }

    private void copy(TarStream tar, String name, String repository, JsonNode descriptor)
            throws IOException {
        Digest digest = Digest.parse(descriptor.path("digest").asString(""));
        long size = descriptor.path("size").asLong(0);
        try (InputStream in = registry.read(repository, digest, 0, size);
                OutputStream to = tar.file(name, false, size, 0)) {
            in.transferTo(to);
        }
    }

    private static Digest config(JsonNode manifest) {
        return Digest.parse(manifest.path("config").path("digest").asString(""));
    }

    /// @return the last error in the stream; empty when there is none
    private static String drain(EngineReply reply) throws IOException {
        String error = "";
        var lines = new BufferedReader(new InputStreamReader(reply.body(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.contains("\"error\"")) {
                error = JsonMapper.shared().readTree(line).path("error").asString(line);
            }
        }
        return error;
    }

    private static Fault missing(String repository, String digest) {
        return new Fault(
                Fault.Kind.NOT_FOUND,
                "cannot bring back " + repository + "@" + digest + ": the registry lost it",
                "push the commit again");
    }
}
