package io.slipway.engine.blob;

import io.slipway.fault.Fault;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// Bytes in a folder: `sha256/ab/abcd...`, and uploads under their ids in `uploads`. A file is
/// written aside, synced and renamed, so that a name always stands for all of its bytes.
public final class FolderBlobStore implements BlobStore {
    private final Path kept;
    private final Path uploads;
    private final ConcurrentHashMap<UUID, OpenUpload> open = new ConcurrentHashMap<>();

    /// @param folder made when it is not there; nothing else may write in it
    public FolderBlobStore(Path folder) {
        this.kept = folder.resolve("sha256");
        this.uploads = folder.resolve("uploads");
        try {
            Files.createDirectories(kept);
            Files.createDirectories(uploads);
        } catch (IOException e) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    "cannot keep files in " + folder + ": " + e.getMessage(),
                    "make the folder writable",
                    e);
        }
    }

    @Override
    public UUID begin() throws IOException {
        UUID id = UUID.randomUUID();
        Files.createFile(file(id));
        open.put(id, new OpenUpload(file(id)));
        return id;
    }

    @Override
    public OptionalLong uploaded(UUID upload) throws IOException {
        return sizeOf(file(upload));
    }

    @Override
    public long append(UUID upload, long offset, InputStream bytes)
            throws IOException, WrongOffset {
        return upload(upload).append(offset, bytes);
    }

    @Override
    public Kept finish(UUID upload, Optional<Digest> expected) throws IOException, WrongDigest {
        OpenUpload ending = upload(upload);
        Kept found = ending.end();
        open.remove(upload);
        if (expected.isPresent() && !expected.get().equals(found.digest())) {
            Files.deleteIfExists(file(upload));
            throw new WrongDigest(found.digest());
        }
        keep(file(upload), found.digest());
        return found;
    }

    private void keep(Path file, Digest digest) throws IOException {
        Path at = file(digest);
        if (Files.exists(at)) {
            Files.deleteIfExists(file);
            return;
        }
        Files.createDirectories(folder(digest));
        try {
            Files.move(file, at, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("uploads and blobs are on two file systems", e);
        }
        sync(folder(digest));
        sync(kept);
    }

    @Override
    public void discard(UUID upload) throws IOException {
        open.remove(upload);
        Files.deleteIfExists(file(upload));
    }

    @Override
    public int sweep(Duration untouched) throws IOException {
        Instant before = Instant.now().minus(untouched);
        int swept = 0;
        for (Path file : uploadFiles()) {
            if (Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
                discard(UUID.fromString(file.getFileName().toString()));
                swept++;
            }
        }
        return swept;
    }

    private List<Path> uploadFiles() throws IOException {
        try (Stream<Path> files = Files.list(uploads)) {
            return files.toList();
        }
    }

    @Override
    public OptionalLong size(Digest digest) throws IOException {
        return sizeOf(file(digest));
    }

    @Override
    public InputStream read(Digest digest, long offset, long length) throws IOException {
        try {
            FileChannel channel = FileChannel.open(file(digest), StandardOpenOption.READ);
            channel.position(offset);
            return new Range(Channels.newInputStream(channel), length);
        } catch (NoSuchFileException e) {
            throw new Fault(
                    Fault.Kind.NOT_FOUND,
                    "cannot read " + digest + ": it is not kept here",
                    "push the image again",
                    e);
        }
    }

    @Override
    public void remove(Digest digest) throws IOException {
        Files.deleteIfExists(file(digest));
    }

    private OpenUpload upload(UUID id) throws IOException {
        Path file = file(id);
        if (!Files.exists(file)) {
            throw new Fault(
                    Fault.Kind.NOT_FOUND,
                    "cannot go on with the upload: it ended or was swept",
                    "begin it again");
        }
        return open.computeIfAbsent(id, unknown -> new OpenUpload(file));
    }

    private Path file(UUID upload) {
        return uploads.resolve(upload.toString());
    }

    private Path file(Digest digest) {
        return folder(digest).resolve(digest.hex());
    }

    private Path folder(Digest digest) {
        return kept.resolve(digest.hex().substring(0, 2));
    }

    private static OptionalLong sizeOf(Path file) throws IOException {
        try {
            return OptionalLong.of(Files.size(file));
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        }
    }

    /// A rename is durable when its folder is.
    private static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
