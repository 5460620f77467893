package io.slipway.engine.image;

import static io.slipway.engine.image.RegistryRefusal.Code.BLOB_UNKNOWN;
import static io.slipway.engine.image.RegistryRefusal.Code.BLOB_UPLOAD_UNKNOWN;
import static io.slipway.engine.image.RegistryRefusal.Code.DIGEST_INVALID;
import static io.slipway.engine.image.RegistryRefusal.Code.NAME_UNKNOWN;
import static io.slipway.engine.image.RegistryRefusal.Code.SIZE_INVALID;

import io.slipway.db.Database;
import io.slipway.engine.access.Principals;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.access.Tokens;
import io.slipway.engine.blob.BlobStore;
import io.slipway.engine.blob.Digest;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.Projects;
import io.slipway.fault.Fault;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// What the registry holds. Blobs are stored once and belong to the repositories that were given
/// them; a repository knows no blob of another one. Who may do what is decided before.
public final class Registry {
    private static final Duration STALLED = Duration.ofHours(24);
    private static final Duration PULL = Duration.ofMinutes(30);

    private static final String BLOB =
            """
            select b.size from repository_blobs r join registry_blobs b using (digest)
            where r.repository = ? and r.digest = ?
            """;

    private static final String ADD_BLOB =
            "insert into registry_blobs (digest, size) values (?, ?) on conflict do nothing";

    private static final String LINK =
            """
            insert into repository_blobs (repository, digest) values (?, ?)
            on conflict do nothing
            """;

    private static final String UNLINK =
            "delete from repository_blobs where repository = ? and digest = ?";

    private final Database database;
    private final BlobStore blobs;
    private final Manifests manifests;

    /// @param blobs where the bytes are
    public Registry(Database database, BlobStore blobs) {
        this.database = database;
        this.blobs = blobs;
        this.manifests = new Manifests(database);
    }

    /// Manifests and tags.
    public Manifests manifests() {
        return manifests;
    }

    /// The project that a repository belongs to.
    ///
    /// @throws RegistryRefusal NAME_UNKNOWN when there is none
    public Project project(RepositoryName repository) {
        return database.read(tx -> Projects.find(tx, repository.project()))
                .orElseThrow(
                        () ->
                                new RegistryRefusal(
                                        NAME_UNKNOWN, "there is no repository of that name"));
    }

    /// How many bytes a blob of this repository has; empty too when its bytes were lost, so that
    /// they are pushed again.
    public Optional<Long> size(String repository, Digest digest) throws IOException {
        if (blobs.size(digest).isEmpty()) {
            return Optional.empty();
        }
        return database.read(
                tx -> tx.first(BLOB, row -> row.number("size"), repository, digest.toString()));
    }

    /// A blob of this repository.
    ///
    /// @throws RegistryRefusal BLOB_UNKNOWN when it has none of that digest
    public InputStream read(String repository, Digest digest, long offset, long length)
            throws IOException {
        if (size(repository, digest).isEmpty()) {
            throw new RegistryRefusal(BLOB_UNKNOWN, "the repository has no such blob");
        }
        return blobs.read(digest, offset, length);
    }

    /// Makes a blob of one repository one of another too.
    ///
    /// @return false when `from` has no such blob
    public boolean mount(String from, String to, Digest digest) throws IOException {
        return blobs.size(digest).isPresent() && linked(from, to, digest);
    }

    private boolean linked(String from, String to, Digest digest) {
        return database.transaction(
                tx -> {
                    if (tx.first(BLOB, row -> true, from, digest.toString()).isEmpty()) {
                        return false;
                    }
                    tx.update(LINK, to, digest.toString());
                    return true;
                });
    }

    /// Takes a blob out of one repository; its bytes stay for others.
    public void unlink(String repository, Digest digest) {
        database.change(tx -> tx.update(UNLINK, repository, digest.toString()));
    }

    /// Begins an upload.
    public UUID begin() throws IOException {
        return blobs.begin();
    }

    /// How many bytes an upload has.
    ///
    /// @throws RegistryRefusal BLOB_UPLOAD_UNKNOWN when there is none
    public long uploaded(UUID upload) throws IOException {
        return blobs.uploaded(upload).orElseThrow(Registry::unknownUpload);
    }

    /// Adds to an upload.
    ///
    /// @return its new length
    /// @throws BlobStore.WrongOffset when it has another length than `offset`
    public long append(UUID upload, long offset, InputStream bytes)
            throws IOException, BlobStore.WrongOffset {
        try {
            return blobs.append(upload, offset, bytes);
        } catch (Fault e) {
            throw unknown(e);
        }
    }

    /// Ends an upload; the blob then belongs to the repository.
    ///
    /// @param expected empty for whatever digest it has
    /// @throws RegistryRefusal DIGEST_INVALID when it has another
    public BlobStore.Kept finish(String repository, UUID upload, Optional<Digest> expected)
            throws IOException {
        try {
            BlobStore.Kept kept = blobs.finish(upload, expected);
            String digest = kept.digest().toString();
            database.change(
                    tx -> {
                        tx.update(ADD_BLOB, digest, kept.size());
                        tx.update(LINK, repository, digest);
                    });
            return kept;
        } catch (BlobStore.WrongDigest e) {
            throw new RegistryRefusal(DIGEST_INVALID, String.valueOf(e.getMessage()));
        } catch (Fault e) {
            throw unknown(e);
        }
    }

    /// Drops an upload.
    public void discard(UUID upload) throws IOException {
        blobs.discard(upload);
    }

    /// Stores bytes that are at hand.
    ///
    /// @param size how many they must be; negative for any number
    public BlobStore.Kept store(String repository, InputStream bytes, long size)
            throws IOException {
        UUID upload = begin();
        try {
            long length = append(upload, 0, bytes);
            if (size >= 0 && length != size) {
                throw new RegistryRefusal(SIZE_INVALID, "the bytes were cut");
            }
            return finish(repository, upload, Optional.empty());
        } catch (BlobStore.WrongOffset e) {
            throw new IOException(e);
        } finally {
            discard(upload);
        }
    }

    /// Drops uploads that nobody goes on with.
    ///
    /// @return how many
    public int sweep() throws IOException {
        return blobs.sweep(STALLED);
    }

    /// A credential that pulls from one project for a while.
    public TokenText pullCredential(String repository) {
        long project = project(RepositoryName.parse(repository)).id();
        var grant = new Tokens.Grant("pull", Set.of(Right.READ), project, PULL);
        return database.transaction(tx -> Tokens.issue(tx, Principals.slipway(tx), grant));
    }

    private static RuntimeException unknown(Fault fault) {
        return fault.kind() == Fault.Kind.NOT_FOUND ? unknownUpload() : fault;
    }

    private static RegistryRefusal unknownUpload() {
        return new RegistryRefusal(BLOB_UPLOAD_UNKNOWN, "there is no such upload");
    }
}
