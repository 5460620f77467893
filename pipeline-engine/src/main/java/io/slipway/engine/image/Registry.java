package io.slipway.engine.image;

import static io.slipway.engine.image.RegistryRefusal.Code.BLOB_UNKNOWN;
import static io.slipway.engine.image.RegistryRefusal.Code.BLOB_UPLOAD_UNKNOWN;
import static io.slipway.engine.image.RegistryRefusal.Code.DIGEST_INVALID;
import static io.slipway.engine.image.RegistryRefusal.Code.NAME_UNKNOWN;
import static io.slipway.engine.image.RegistryRefusal.Code.SIZE_INVALID;
import static io.slipway.engine.image.RegistryRefusal.Code.TOO_LARGE;

import io.slipway.db.Database;
import io.slipway.db.Tx;
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
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;

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

    /// Who is told that a blob is there will not send it: it must not go for a while.
    static final String TOUCH =
            """
            update repository_blobs set linked_at = now()
            where repository = ? and digest = ? and linked_at < now() - interval '1 hour'
            """;

    /// Storing a blob and removing its bytes exclude each other.
    private static final String HOLD =
            "select 1 as one from (select pg_advisory_xact_lock(hashtextextended(?, 7361))) l";

    private static final String ADD_BLOB =
            "insert into registry_blobs (digest, size) values (?, ?) on conflict do nothing";

    private static final String LINK =
            """
            insert into repository_blobs (repository, digest) values (?, ?)
            on conflict do nothing
            """;

    private static final String UNLINK =
            "delete from repository_blobs where repository = ? and digest = ?";

    private static final String BEGUN =
            "insert into registry_uploads (id, repository) values (?, ?)";

    private static final String UPLOAD =
            "select true as there from registry_uploads where id = ? and repository = ?";

    private static final String ENDED = "delete from registry_uploads where id = ?";

    private static final String OLD_UPLOADS =
            """
            select id from registry_uploads
            where begun_at < now() - ? * interval '1 second'
            order by begun_at limit 1000
            """;

    private final Database database;
    private final BlobStore blobs;
    private final Manifests manifests;
    private final Limits limits;

    /// @param blobs where the bytes are
    public Registry(Database database, BlobStore blobs, Limits limits) {
        this.database = database;
        this.blobs = blobs;
        this.manifests = new Manifests(database);
        this.limits = limits;
    }

    /// How much it takes.
    ///
    /// @param largestBlob in bytes
    /// @param full whether the disk has no room that may be used up for images
    public record Limits(long largestBlob, BooleanSupplier full) {}

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
        String name = digest.toString();
        Optional<Long> size =
                database.read(tx -> tx.first(BLOB, row -> row.number("size"), repository, name));
        if (size.isPresent()) {
            database.change(tx -> tx.update(TOUCH, repository, name));
        }
        return size;
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
                    hold(tx, digest.toString());
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

    /// Begins an upload, which is of this repository only.
    public UUID begin(String repository) throws IOException {
        requireRoom();
        UUID upload = blobs.begin();
        database.change(tx -> tx.update(BEGUN, upload, repository));
        return upload;
    }

    private void requireRoom() {
        if (limits.full().getAsBoolean()) {
            throw new Fault(
                    Fault.Kind.UNAVAILABLE,
                    "cannot take the image: the disk is 95 % full",
                    "free space where the data folder is, then push again");
        }
    }

    /// How many bytes an upload of this repository has.
    ///
    /// @throws RegistryRefusal BLOB_UPLOAD_UNKNOWN when the repository has no such upload
    public long uploaded(String repository, UUID upload) throws IOException {
        if (database.read(tx -> tx.first(UPLOAD, row -> true, upload, repository)).isEmpty()) {
            throw unknownUpload();
        }
        return blobs.uploaded(upload).orElseThrow(Registry::unknownUpload);
    }

    /// Adds to an upload of this repository. One that grows too large is dropped.
    ///
    /// @return its new length
    /// @throws RegistryRefusal TOO_LARGE when it would have more bytes than a blob may have
    /// @throws BlobStore.WrongOffset when it has another length than `offset`
    public long append(String repository, UUID upload, long offset, InputStream bytes)
            throws IOException, BlobStore.WrongOffset {
        uploaded(repository, upload);
        requireRoom();
        CappedStream capped = new CappedStream(bytes, limits.largestBlob() - offset);
        try {
            long length = blobs.append(upload, offset, capped);
            if (!capped.cut()) {
                return length;
            }
        } catch (Fault e) {
            throw unknown(e);
        }
        discard(repository, upload);
        throw tooLarge();
    }

    /// Refuses what is said to be too large before its bytes come.
    ///
    /// @param length how many bytes the blob would have
    /// @throws RegistryRefusal TOO_LARGE
    public void requireFits(long length) {
        if (length > limits.largestBlob()) {
            throw tooLarge();
        }
    }

    private RegistryRefusal tooLarge() {
        return new RegistryRefusal(
                TOO_LARGE,
                "the blob has more than the "
                        + limits.largestBlob()
                        + " bytes that SLIPWAY_BLOB_LIMIT allows");
    }

    /// Ends an upload; the blob then belongs to the repository.
    ///
    /// @param expected empty for whatever digest it has
    /// @throws RegistryRefusal DIGEST_INVALID when it has another
    public BlobStore.Kept finish(String repository, UUID upload, Optional<Digest> expected)
            throws IOException {
        try {
            uploaded(repository, upload);
            BlobStore.Kept kept = blobs.finish(upload, expected);
            boolean there = database.transaction(tx -> stored(tx, repository, kept, upload));
            if (!there) {
                throw new RegistryRefusal(
                        BLOB_UPLOAD_UNKNOWN,
                        "the same bytes, which nobody had named for a day, were removed just now");
            }
            return kept;
        } catch (BlobStore.WrongDigest e) {
            database.change(tx -> tx.update(ENDED, upload));
            throw new RegistryRefusal(DIGEST_INVALID, String.valueOf(e.getMessage()));
        } catch (Fault e) {
            throw unknown(e);
        }
    }

    /// @return false when its bytes were removed meanwhile, as those of an older upload
    private boolean stored(Tx tx, String repository, BlobStore.Kept kept, UUID upload) {
        String digest = kept.digest().toString();
        hold(tx, digest);
        tx.update(ENDED, upload);
        if (!has(kept.digest())) {
            return false;
        }
        tx.update(ADD_BLOB, digest, kept.size());
        tx.update(LINK, repository, digest);
        tx.update(TOUCH, repository, digest);
        return true;
    }

    private boolean has(Digest digest) {
        try {
            return blobs.size(digest).isPresent();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Until the transaction ends nobody else stores or removes this blob.
    static void hold(Tx tx, String digest) {
        tx.query(HOLD, row -> true, digest);
    }

    void removeBytes(Digest digest) throws IOException {
        blobs.remove(digest);
    }

    /// Drops an upload of this repository.
    public void discard(String repository, UUID upload) throws IOException {
        uploaded(repository, upload);
        blobs.discard(upload);
        database.change(tx -> tx.update(ENDED, upload));
    }

    /// Stores bytes that are at hand.
    ///
    /// @param size how many they must be; negative for any number
    public BlobStore.Kept store(String repository, InputStream bytes, long size)
            throws IOException {
        UUID upload = begin(repository);
        try {
            long length = append(repository, upload, 0, bytes);
            if (size >= 0 && length != size) {
                throw new RegistryRefusal(SIZE_INVALID, "the bytes were cut");
            }
            return finish(repository, upload, Optional.empty());
        } catch (BlobStore.WrongOffset e) {
            throw new IOException(e);
        } finally {
            blobs.discard(upload);
            database.change(tx -> tx.update(ENDED, upload));
        }
    }

    /// Drops uploads that nobody goes on with.
    ///
    /// @return how many
    public int sweep() throws IOException {
        int swept = blobs.sweep(STALLED);
        List<UUID> old =
                database.read(
                        tx -> tx.query(OLD_UPLOADS, row -> row.uuid("id"), STALLED.toSeconds()));
        for (UUID upload : old) {
            if (blobs.uploaded(upload).isEmpty()) {
                database.change(tx -> tx.update(ENDED, upload));
            }
        }
        return swept;
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
