package io.slipway.engine.blob;

import io.slipway.engine.blob.BlobStore.Kept;
import io.slipway.engine.blob.BlobStore.WrongOffset;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.concurrent.locks.ReentrantLock;

/// An upload's file, and the digest of what it holds as far as this process has seen it.
final class OpenUpload {
    private static final int BUFFER = 1 << 17;

    private final ReentrantLock writing = new ReentrantLock();
    private final Path file;
    private final MessageDigest sha256 = Digest.sha256();
    private long hashed;

    /// Bytes that were written before a restart are read once more when it ends.
    OpenUpload(Path file) {
        this.file = file;
    }

    long append(long offset, InputStream bytes) throws IOException, WrongOffset {
        if (!writing.tryLock()) {
            throw new WrongOffset(Files.size(file));
        }
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long length = out.size();
            if (length != offset) {
                throw new WrongOffset(length);
            }
            out.position(length);
            return copied(bytes, out, length);
        } finally {
            writing.unlock();
        }
    }

    private long copied(InputStream bytes, FileChannel out, long from) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long length = from;
        for (int n = bytes.read(buffer); n >= 0; n = bytes.read(buffer)) {
            ByteBuffer some = ByteBuffer.wrap(buffer, 0, n);
            while (some.hasRemaining()) {
                out.write(some);
            }
            if (hashed == length) {
                sha256.update(buffer, 0, n);
                hashed += n;
            }
            length += n;
        }
        return length;
    }

    /// Makes the bytes durable and tells what they are.
    Kept end() throws IOException {
        writing.lock();
        try (FileChannel in =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
            while (in.read(buffer, hashed) > 0) {
                hashed += buffer.flip().remaining();
                sha256.update(buffer);
                buffer.clear();
            }
            in.force(true);
            return new Kept(Digest.ofSha256(sha256.digest()), hashed);
        } finally {
            writing.unlock();
        }
    }
}
