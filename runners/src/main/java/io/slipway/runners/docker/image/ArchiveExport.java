package io.slipway.runners.docker.image;

import io.slipway.engine.blob.BlobStore.Kept;
import io.slipway.engine.blob.Digest;
import io.slipway.engine.image.ImageBuilder.Built;
import io.slipway.engine.image.ImageBuilder.Listener;
import io.slipway.engine.image.Registry;
import io.slipway.fault.Fault;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerFaults;
import io.slipway.runners.docker.EngineReply;
import io.slipway.runners.docker.EngineRequest;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// Takes an image out of an engine over its API and puts it into the registry, without the engine
/// reaching the registry. Layers are stored as the engine gives them: not compressed.
final class ArchiveExport {
    private static final Duration ANSWER = Duration.ofMinutes(10);
    private static final int LARGEST_JSON = 4 << 20;
    private static final long MEGABYTE = 1_000_000;
    private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    private static final String CONFIG = "application/vnd.oci.image.config.v1+json";
    private static final String LAYER = "application/vnd.oci.image.layer.v1.tar";
    private static final String GZIP_LAYER = LAYER + "+gzip";

    private final DockerEngine engine;
    private final Registry registry;

    ArchiveExport(DockerEngine engine, Registry registry) {
        this.engine = engine;
        this.registry = registry;
    }

    /// @param tag null for none
    /// @return the manifest's digest
    String push(Built image, String repository, @Nullable String tag, Listener listener)
            throws IOException {
        EngineRequest request =
                EngineRequest.of("GET", "/images/" + image.engineId() + "/get").within(ANSWER);
        try (EngineReply reply = engine.socket().send(request)) {
            if (!reply.ok()) {
                throw DockerFaults.of("cannot push " + repository, reply);
            }
            var tar = new TarArchiveInputStream(reply.body());
            byte[] manifest = taken(tar, image, repository, listener);
            String reference = tag == null ? Digest.of(manifest).toString() : tag;
            return registry.manifests().put(repository, reference, MANIFEST, manifest).digest();
        }
    }

    /// @return the manifest
    private byte[] taken(
            TarArchiveInputStream tar, Built image, String repository, Listener listener)
            throws IOException {
        Map<String, Entry> entries = new HashMap<>();
        JsonNode index = null;
        long done = 0;
        for (TarArchiveEntry at = tar.getNextEntry(); at != null; at = tar.getNextEntry()) {
            if (at.isSymbolicLink()) {
                entries.put(at.getName(), new Entry(resolved(at), null));
            } else if (at.getName().equals("manifest.json")) {
                index = JsonMapper.shared().readTree(tar.readNBytes(LARGEST_JSON)).path(0);
            } else if (at.isFile() && wanted(at.getName())) {
                entries.put(at.getName(), new Entry("", stored(tar, at, repository)));
                done += at.getSize();
                listener.progress(
                        "pushes %d of %d MB".formatted(done / MEGABYTE, image.size() / MEGABYTE));
            }
        }
        if (index == null) {
            throw new IOException("the engine's archive has no manifest.json");
        }
        return manifest(index, entries);
    }

    /// @param link name of the entry that holds the bytes; empty when this one does
    private record Entry(String link, @Nullable Blob blob) {}

    private record Blob(Kept kept, boolean gzip) {}

    /// What may be a layer or the image's configuration.
    private static boolean wanted(String name) {
        return name.endsWith("/layer.tar")
                || name.startsWith("blobs/sha256/")
                || name.matches("[0-9a-f]{64}\\.json");
    }

    private static String resolved(TarArchiveEntry link) {
        String target = link.getLinkName();
        return target.startsWith("../") ? target.substring(3) : target;
    }

    private Blob stored(TarArchiveInputStream tar, TarArchiveEntry entry, String repository)
            throws IOException {
        BufferedInputStream in = new BufferedInputStream(tar, 1 << 16);
        in.mark(2);
        boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
        in.reset();
        return new Blob(registry.store(repository, in, entry.getSize()), gzip);
    }

    private static byte[] manifest(JsonNode index, Map<String, Entry> entries) {
        ObjectNode manifest = JsonMapper.shared().createObjectNode();
        manifest.put("schemaVersion", 2);
        manifest.put("mediaType", MANIFEST);
        Blob config = blob(index.path("Config").asString(""), entries);
        descriptor(manifest.putObject("config"), CONFIG, config);
        var layers = manifest.putArray("layers");
        for (JsonNode layer : index.path("Layers")) {
            Blob blob = blob(layer.asString(""), entries);
            descriptor(layers.addObject(), blob.gzip() ? GZIP_LAYER : LAYER, blob);
        }
        return manifest.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static Blob blob(String name, Map<String, Entry> entries) {
        Entry entry = entries.get(name);
        Entry target = entry == null || entry.blob() != null ? entry : entries.get(entry.link());
        if (target == null || target.blob() == null) {
            throw new Fault(
                    Fault.Kind.UNAVAILABLE,
                    "cannot push the image: the engine's archive has no " + name,
                    "look at the engine's log");
        }
        return target.blob();
    }

    private static void descriptor(ObjectNode node, String mediaType, Blob blob) {
        node.put("mediaType", mediaType);
        node.put("digest", blob.kept().digest().toString());
        node.put("size", blob.kept().size());
    }
}
