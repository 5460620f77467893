package io.slipway.runners.docker;

import io.slipway.fault.Fault;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The context that Docker's own client uses at present: `DOCKER_CONTEXT`, else `currentContext` of
/// `config.json`; its endpoint is in `contexts/meta/<sha256 of the name>/meta.json`.
final class DockerContext {
    private static final JsonMapper JSON = JsonMapper.shared();

    private DockerContext() {}

    static Optional<DockerAddress> current(Map<String, String> env, Path home, List<String> tried) {
        String config = env.getOrDefault("DOCKER_CONFIG", "");
        Path folder = config.isEmpty() ? home.resolve(".docker") : Path.of(config);
        String name = env.getOrDefault("DOCKER_CONTEXT", "");
        if (name.isEmpty()) {
            name = read(folder.resolve("config.json")).path("currentContext").asString("");
        }
        if (name.isEmpty() || name.equals("default")) {
            tried.add("no Docker context is chosen in " + folder.resolve("config.json"));
            return Optional.empty();
        }
        String id = sha256(name);
        Path meta = folder.resolve("contexts/meta").resolve(id).resolve("meta.json");
        JsonNode endpoint = read(meta).path("Endpoints").path("docker");
        String host = endpoint.path("Host").asString("");
        if (host.isEmpty()) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    "cannot use the Docker context " + name + ": " + meta + " names no engine",
                    "choose another one with docker context use, or set SLIPWAY_DOCKER");
        }
        Path tls = folder.resolve("contexts/tls").resolve(id).resolve("docker");
        return Optional.of(
                DockerAddress.at(host, "context " + name, Files.isDirectory(tls) ? tls : null));
    }

    private static JsonNode read(Path file) {
        if (!Files.isRegularFile(file)) {
            return JSON.createObjectNode();
        }
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (IOException | JacksonException e) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    "cannot read " + file + ": " + e.getMessage(),
                    "repair the file, or set SLIPWAY_DOCKER to the engine's socket",
                    e);
        }
    }

    private static String sha256(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
