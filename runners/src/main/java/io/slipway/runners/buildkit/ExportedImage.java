package io.slipway.runners.buildkit;

import io.slipway.engine.blob.Digest;
import io.slipway.engine.image.ImageBuilder.Built;
import io.slipway.fault.Fault;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// An image in the shape of an OCI layout, as far as it is small.
///
/// @param mediaType of the manifest
/// @param manifest byte for byte
/// @param blobs configuration and layers
record ExportedImage(Built built, String mediaType, byte[] manifest, List<Blob> blobs) {
    private static final int LARGEST_JSON = 4 << 20;
    private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";

    /// Bytes that the manifest names.
    record Blob(Digest digest, long size) {
        String path() {
            return ExportedImage.path(digest);
        }

        static Blob of(JsonNode descriptor) {
            return new Blob(
                    Digest.parse(descriptor.path("digest").asString("")),
                    descriptor.path("size").asLong(0));
        }
    }

    /// The image that a session built last.
    static ExportedImage read(BuildSession session) throws IOException {
        JsonNode named =
                JsonMapper.shared()
                        .readTree(small(session, "index.json"))
                        .path("manifests")
                        .path(0);
        String mediaType = named.path("mediaType").asString("");
        if (!mediaType.equals(MANIFEST)) {
            throw new Fault(
                    Fault.Kind.INTERNAL,
                    "cannot use the image: the builder made a " + mediaType,
                    "use BuildKit's own image as SLIPWAY_BUILDER_IMAGE");
        }
        Digest digest = Digest.parse(named.path("digest").asString(""));
        byte[] bytes = small(session, path(digest));
        JsonNode manifest = JsonMapper.shared().readTree(bytes);
        List<Blob> blobs = new ArrayList<>();
        Blob config = Blob.of(manifest.path("config"));
        blobs.add(config);
        long size = 0;
        for (JsonNode layer : manifest.path("layers")) {
            Blob blob = Blob.of(layer);
            blobs.add(blob);
            size += blob.size();
        }
        JsonNode read = JsonMapper.shared().readTree(small(session, config.path()));
        return new ExportedImage(
                built(config, size, read, digest), mediaType, bytes, List.copyOf(blobs));
    }

    private static Built built(Blob config, long size, JsonNode image, Digest manifest) {
        JsonNode settings = image.path("config");
        return new Built(
                config.digest().toString(),
                image.path("os").asString("linux") + "/" + image.path("architecture").asString(""),
                size,
                ports(settings.path("ExposedPorts")),
                settings.path("User").asString(""),
                command(settings),
                manifest.toString());
    }

    private static List<Integer> ports(JsonNode exposed) {
        return exposed.propertyNames().stream()
                .filter(port -> port.matches("\\d{1,5}(/tcp)?"))
                .map(port -> Integer.valueOf(port.split("/", 2)[0]))
                .sorted()
                .toList();
    }

    private static List<String> command(JsonNode settings) {
        List<String> command = new ArrayList<>();
        settings.path("Entrypoint").forEach(part -> command.add(part.asString("")));
        settings.path("Cmd").forEach(part -> command.add(part.asString("")));
        return List.copyOf(command);
    }

    private static byte[] small(BuildSession session, String path) throws IOException {
        return session.get(
                path,
                (in, size) -> {
                    if (size > LARGEST_JSON) {
                        throw new IOException(path + " has " + size + " bytes");
                    }
                    return in.readAllBytes();
                });
    }

    private static String path(Digest digest) {
        return "blobs/sha256/" + digest.hex();
    }
}
