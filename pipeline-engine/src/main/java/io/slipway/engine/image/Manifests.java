package io.slipway.engine.image;

import static io.slipway.engine.image.RegistryRefusal.Code.DIGEST_INVALID;
import static io.slipway.engine.image.RegistryRefusal.Code.MANIFEST_BLOB_UNKNOWN;
import static io.slipway.engine.image.RegistryRefusal.Code.MANIFEST_INVALID;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.blob.Digest;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// The registry's manifests and tags.
public final class Manifests {
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");

    private static final String BY_DIGEST =
            "select digest, media_type, bytes from manifests where repository = ? and digest = ?";

    private static final String BY_TAG =
            """
            select m.digest, m.media_type, m.bytes
            from manifest_tags t join manifests m using (repository, digest)
            where t.repository = ? and t.tag = ?
            """;

    private static final String BLOB =
            """
            select b.size from repository_blobs r join registry_blobs b using (digest)
            where r.repository = ? and r.digest = ?
            """;

    private static final String ADD =
            """
            insert into manifests (repository, digest, media_type, bytes, subject, artifact_type)
            values (?, ?, ?, ?, ?, ?)
            on conflict (repository, digest) do update set pushed_at = now()
            """;

    private static final String TAG_IT =
            """
            insert into manifest_tags (repository, tag, digest) values (?, ?, ?)
            on conflict (repository, tag)
            do update set digest = excluded.digest, moved_at = now()
            """;

    private static final String TAGS =
            """
            select tag from manifest_tags where repository = ? and tag collate "C" > ?
            order by tag collate "C" limit ?
            """;

    private static final String REFERRERS =
            """
            select digest, media_type, artifact_type, size, bytes
            from (
                select digest, media_type, artifact_type, length(bytes) as size, bytes, pushed_at,
                    sum(length(bytes)) over (order by pushed_at, digest) as total
                from manifests
                where repository = ? and subject = ? and (?::text is null or artifact_type = ?)) m
            where total <= 16777216
            order by pushed_at, digest
            """;

    private final Database database;

    Manifests(Database database) {
        this.database = database;
    }

    /// A manifest as it was pushed, byte for byte.
    public record Stored(String digest, String mediaType, byte[] bytes) {}

    /// What came of a push.
    ///
    /// @param subject what it refers to; null for nothing
    public record Pushed(String digest, @Nullable String subject) {}

    /// The manifest of that tag or digest.
    public Optional<Stored> find(String repository, String reference) {
        String sql = Digest.fits(reference) ? BY_DIGEST : BY_TAG;
        return database.read(tx -> tx.first(sql, Manifests::stored, repository, reference));
    }

    /// Takes a manifest, once everything that it names is in the repository.
    ///
    /// @param reference a tag, or the digest that the bytes must have
    /// @throws RegistryRefusal when it is none, or names what is not there
    public Pushed put(String repository, String reference, String mediaType, byte[] bytes) {
        boolean byDigest = Digest.fits(reference);
        if (!byDigest && !TAG.matcher(reference).matches()) {
            throw new RegistryRefusal(MANIFEST_INVALID, "the tag is refused: it is none");
        }
        Manifest manifest = Manifest.parse(mediaType, bytes);
        String digest = Digest.of(bytes).toString();
        if (byDigest && !digest.equals(reference)) {
            throw new RegistryRefusal(DIGEST_INVALID, "the manifest has the digest " + digest);
        }
        database.change(
                tx -> {
                    check(tx, repository, manifest);
                    tx.update(
                            ADD,
                            repository,
                            digest,
                            mediaType,
                            bytes,
                            manifest.subject(),
                            manifest.artifactType());
                    if (!byDigest) {
                        tx.update(TAG_IT, repository, reference, digest);
                    }
                });
        return new Pushed(digest, manifest.subject());
    }

    /// Tags in order.
    ///
    /// @param last only those after it; empty for the first
    public List<String> tags(String repository, String last, int limit) {
        return database.read(tx -> tx.query(TAGS, row -> row.text("tag"), repository, last, limit));
    }

    /// An index of the manifests whose subject this is, of the oldest with 16 MiB together.
    ///
    /// @param artifactType null for all
    /// @return JSON
    public String referrers(String repository, String subject, @Nullable String artifactType) {
        ObjectNode index = JsonMapper.shared().createObjectNode();
        index.put("schemaVersion", 2);
        index.put("mediaType", "application/vnd.oci.image.index.v1+json");
        var manifests = index.putArray("manifests");
        database.read(
                        tx ->
                                tx.query(
                                        REFERRERS,
                                        Manifests::descriptor,
                                        repository,
                                        subject,
                                        artifactType,
                                        artifactType))
                .forEach(manifests::add);
        return index.toString();
    }

    private static ObjectNode descriptor(Row row) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("mediaType", row.text("media_type"));
        node.put("digest", row.text("digest"));
        node.put("size", row.number("size"));
        String type = row.textOrNull("artifact_type");
        if (type != null) {
            node.put("artifactType", type);
        }
        JsonNode annotations = JsonMapper.shared().readTree(row.bytes("bytes")).path("annotations");
        if (annotations.isObject()) {
            node.set("annotations", annotations);
        }
        return node;
    }

    private static void check(Tx tx, String repository, Manifest manifest) {
        for (Manifest.Descriptor blob : manifest.blobs()) {
            tx.update(Registry.TOUCH, repository, blob.digest().toString());
            Optional<Long> size =
                    tx.first(BLOB, row -> row.number("size"), repository, blob.digest().toString());
            if (size.isEmpty() && !blob.foreign()) {
                throw unknown("blob " + blob.digest());
            }
            if (size.isPresent() && size.get() != blob.size()) {
                throw new RegistryRefusal(
                        MANIFEST_INVALID,
                        "the manifest is refused: " + blob.digest() + " has another size");
            }
        }
        for (Manifest.Descriptor other : manifest.manifests()) {
            if (tx.first(BY_DIGEST, Manifests::stored, repository, other.digest().toString())
                    .isEmpty()) {
                throw unknown("manifest " + other.digest());
            }
        }
    }

    private static RegistryRefusal unknown(String what) {
        return new RegistryRefusal(
                MANIFEST_BLOB_UNKNOWN,
                "the manifest is refused: the repository does not have the " + what);
    }

    private static Stored stored(Row row) {
        return new Stored(row.text("digest"), row.text("media_type"), row.bytes("bytes"));
    }
}
