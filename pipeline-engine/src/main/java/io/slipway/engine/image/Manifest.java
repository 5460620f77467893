package io.slipway.engine.image;

import static io.slipway.engine.image.RegistryRefusal.Code.MANIFEST_INVALID;

import io.slipway.engine.blob.Digest;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// A manifest or index that was read and found to be what it says.
///
/// @param blobs that it names and the registry must have
/// @param manifests that it names and the registry must have
/// @param subject digest of what it refers to; null for nothing
/// @param artifactType what it is of its subject, if it says
record Manifest(
        String mediaType,
        List<Descriptor> blobs,
        List<Descriptor> manifests,
        @Nullable String subject,
        @Nullable String artifactType) {
    /// The specification's least that a registry takes; more is refused.
    static final int LARGEST = 4 << 20;

    static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    private static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    private static final String DOCKER_MANIFEST =
            "application/vnd.docker.distribution.manifest.v2+json";
    private static final String DOCKER_LIST =
            "application/vnd.docker.distribution.manifest.list.v2+json";

    private static final Set<String> IMAGES = Set.of(OCI_MANIFEST, DOCKER_MANIFEST);
    private static final Set<String> INDEXES = Set.of(OCI_INDEX, DOCKER_LIST);

    private static final JsonMapper STRICT =
            JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    /// Names bytes.
    record Descriptor(String mediaType, Digest digest, long size) {
        /// Whether its bytes are allowed to be elsewhere.
        boolean foreign() {
            return mediaType.contains(".nondistributable.") || mediaType.contains(".foreign.");
        }
    }

    /// Reads a manifest.
    ///
    /// @param mediaType as the request's Content-Type says
    /// @throws RegistryRefusal MANIFEST_INVALID when it is none, or another kind than it says
    static Manifest parse(String mediaType, byte[] bytes) {
        if (bytes.length > LARGEST) {
            throw refused("it is larger than 4 MiB");
        }
        boolean index = INDEXES.contains(mediaType);
        if (!index && !IMAGES.contains(mediaType)) {
            throw refused("its type is not one of an OCI or Docker manifest or index");
        }
        JsonNode root = read(bytes);
        kind(root, mediaType, index);
        List<Descriptor> blobs = new ArrayList<>();
        List<Descriptor> manifests = new ArrayList<>();
        if (index) {
            root.path("manifests").forEach(node -> manifests.add(descriptor(node)));
        } else {
            blobs.add(descriptor(root.path("config")));
            root.path("layers").forEach(node -> blobs.add(descriptor(node)));
        }
        return new Manifest(mediaType, blobs, manifests, subject(root), artifactType(root, index));
    }

    private static JsonNode read(byte[] bytes) {
        try {
            JsonNode root = STRICT.readTree(bytes);
            if (root.isObject() && root.path("schemaVersion").asInt(0) == 2) {
                return root;
            }
        } catch (JacksonException e) {
            throw refused("it is not JSON, or names a key twice");
        }
        throw refused("it has no schemaVersion 2");
    }

    /// A reader must never take one kind for the other.
    private static void kind(JsonNode root, String mediaType, boolean index) {
        JsonNode own = root.path("mediaType");
        if (!own.isMissingNode() && !own.asString("").equals(mediaType)) {
            throw refused("its mediaType is not what the Content-Type says");
        }
        boolean image = root.has("config") || root.has("layers") || root.has("fsLayers");
        if (index ? image || !root.path("manifests").isArray() : root.has("manifests")) {
            throw refused("it has the parts of a manifest and those of an index");
        }
        if (!index && !root.path("layers").isArray()) {
            throw refused("it has no layers");
        }
    }

    private static Descriptor descriptor(JsonNode node) {
        String digest = node.path("digest").asString("");
        JsonNode size = node.path("size");
        if (!Digest.fits(digest) || !size.isIntegralNumber() || size.asLong(-1) < 0) {
            throw refused("one of its descriptors has no digest or no size");
        }
        return new Descriptor(
                node.path("mediaType").asString(""), Digest.parse(digest), size.asLong());
    }

    private static @Nullable String subject(JsonNode root) {
        JsonNode subject = root.path("subject");
        return subject.isObject() ? descriptor(subject).digest().toString() : null;
    }

    private static @Nullable String artifactType(JsonNode root, boolean index) {
        String own = root.path("artifactType").asString("");
        String config = index ? "" : root.path("config").path("mediaType").asString("");
        String type = own.isEmpty() ? config : own;
        return type.isEmpty() ? null : type;
    }

    private static RegistryRefusal refused(String why) {
        return new RegistryRefusal(MANIFEST_INVALID, "the manifest is refused: " + why);
    }
}
