package io.slipway.engine.blob;

import io.slipway.engine.blob.S3Objects.Found;
import io.slipway.engine.blob.S3Objects.Pending;
import io.slipway.fault.Fault;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// Bytes in a bucket: `sha256/ab/abcd...`, as in a folder. Uploads are below `uploads`
/// ([S3Upload]), so that any server goes on with one. An object is visible all at once.
public final class S3BlobStore implements BlobStore {
    private static final String UPLOADS = "uploads/";

    private final S3Objects objects;
    private final ConcurrentHashMap<UUID, S3Upload> open = new ConcurrentHashMap<>();

    /// @param folder below the bucket's prefix, with `/` at its end; nothing else may write in it
    public S3BlobStore(S3Objects bucket, String folder) {
        this.objects = bucket.below(folder);
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public UUID begin() throws IOException {
        UUID id = UUID.randomUUID();
        upload(id).begin();
        return id;
    }

    @Override
    public OptionalLong uploaded(UUID upload) throws IOException {
        return looked(upload).length();
    }

    @Override
    public long append(UUID upload, long offset, InputStream bytes)
            throws IOException, WrongOffset {
        return upload(upload).append(offset, bytes);
    }

    @Override
    public Kept finish(UUID upload, Optional<Digest> expected) throws IOException, WrongDigest {
        S3Upload ending = upload(upload);
        Digest found = ending.end();
        if (expected.isPresent() && !expected.get().equals(found)) {
            discard(upload);
            throw new WrongDigest(found);
        }
        long size = ending.keepAs(key(found));
        discard(upload);
        return new Kept(found, size);
    }

    @Override
    public void discard(UUID upload) throws IOException {
        looked(upload).discard();
        open.remove(upload);
    }

    @Override
    public int sweep(Duration untouched) throws IOException {
        Instant before = Instant.now().minus(untouched);
        Map<UUID, Instant> touched = new TreeMap<>();
        for (Found found : objects.list(UPLOADS)) {
            touched.merge(id(found.key()), found.changed(), S3BlobStore::later);
        }
        int swept = 0;
        for (Map.Entry<UUID, Instant> one : touched.entrySet()) {
            if (one.getValue().isBefore(before) && looked(one.getKey()).untouchedSince(before)) {
                discard(one.getKey());
                swept++;
            }
        }
        for (Pending pending : objects.pending(UPLOADS)) {
            // Of a server that was killed between its begin and its note.
            if (!touched.containsKey(id(pending.key())) && pending.begun().isBefore(before)) {
                objects.abort(pending.key(), pending.id());
            }
        }
        return swept;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static UUID id(String key) {
        List<String> parts = List.of(key.split("/", -1));
        return UUID.fromString(parts.get(1));
    }

    @Override
    public OptionalLong size(Digest digest) throws IOException {
        return objects.size(key(digest));
    }

    @Override
    public InputStream read(Digest digest, long offset, long length) throws IOException {
        return objects.read(key(digest), offset, length)
                .orElseThrow(
                        () ->
                                new Fault(
                                        Fault.Kind.NOT_FOUND,
                                        "cannot read " + digest + ": it is not kept here",
                                        "push the image again"));
    }

    @Override
    public void remove(Digest digest) throws IOException {
        objects.remove(key(digest));
    }

    /// Of one that there need not be.
    private S3Upload looked(UUID id) {
        return open.getOrDefault(id, new S3Upload(objects, UPLOADS + id + "/"));
    }

    private S3Upload upload(UUID id) {
        return open.computeIfAbsent(id, _ -> new S3Upload(objects, UPLOADS + id + "/"));
    }

    private static String key(Digest digest) {
        return "sha256/" + digest.hex().substring(0, 2) + "/" + digest.hex();
    }
}
