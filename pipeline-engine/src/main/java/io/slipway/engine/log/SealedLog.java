package io.slipway.engine.log;

import io.slipway.db.Tx;
import io.slipway.engine.blob.BlobStore;
import io.slipway.engine.blob.Digest;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The log of an attempt that has ended, as one blob: its compressed chunks one after the other,
/// and then, from [#indexAt] on, an index of them. It begins with the attempt's number, so that no
/// two attempts share a blob.
///
/// @param size of the blob
/// @param blobs where it is; null when sealed logs are out of reach
record SealedLog(long attempt, Digest digest, long size, long indexAt, @Nullable BlobStore blobs) {
    private static final String FORM = "slipway log 1\n";

    /// Where a chunk's bytes are in the blob.
    ///
    /// @param length of the compressed bytes
    /// @param size of the bytes before they were compressed
    record Part(long offset, int length, int size) {}

    /// The sealed log of an attempt, if it is sealed.
    static Optional<SealedLog> of(Tx tx, long attempt, @Nullable BlobStore blobs) {
        return tx.first(
                """
                select digest, size, index_at
                from log_blobs b
                where attempt_id = ? and not exists (
                    select 1 from attempts a where a.id = b.attempt_id and a.log_from > 0)
                """,
                row ->
                        new SealedLog(
                                attempt,
                                Digest.parse(row.text("digest")),
                                row.number("size"),
                                row.number("index_at"),
                                blobs),
                attempt);
    }

    /// What stands before the first chunk.
    static void writeHead(DataOutputStream out, long attempt) throws IOException {
        out.writeBytes(FORM);
        out.writeLong(attempt);
    }

    /// A count below nothing says that times are in it: logs that were sealed earlier have none.
    static void writeIndex(DataOutputStream out, List<LogIndex.Entry> entries) throws IOException {
        out.writeInt(-entries.size());
        for (LogIndex.Entry entry : entries) {
            Part part = part(entry);
            out.writeInt(entry.sequence());
            out.writeLong(entry.firstLine());
            out.writeInt(entry.lines());
            out.writeLong(part.offset());
            out.writeInt(part.length());
            out.writeInt(part.size());
            out.writeLong(entry.at());
        }
    }

    /// All its chunks, in order.
    List<LogIndex.Entry> index() {
        try (InputStream stream = open(indexAt, size - indexAt);
                DataInputStream in = new DataInputStream(stream)) {
            int written = in.readInt();
            boolean timed = written < 0;
            int count = Math.abs(written);
            List<LogIndex.Entry> entries = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                int sequence = in.readInt();
                long firstLine = in.readLong();
                int lines = in.readInt();
                Part part = new Part(in.readLong(), in.readInt(), in.readInt());
                long at = timed ? in.readLong() : 0;
                entries.add(new LogIndex.Entry(sequence, firstLine, lines, part.size(), at, part));
            }
            return entries;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /// The bytes of a chunk of its index.
    byte[] bytes(LogIndex.Entry entry) {
        Part part = part(entry);
        try (InputStream in = open(part.offset(), part.length())) {
            byte[] compressed = in.readNBytes(part.length());
            if (compressed.length < part.length()) {
                throw new EOFException("the file is cut short");
            }
            return Compression.decompress(compressed, part.size());
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static Part part(LogIndex.Entry entry) {
        Part part = entry.part();
        if (part == null) {
            throw new IllegalArgumentException("a chunk that is a row");
        }
        return part;
    }

    private InputStream open(long offset, long length) throws IOException {
        if (blobs == null) {
            throw unreadable(new IOException("sealed logs are out of reach here"));
        }
        try {
            return new BufferedInputStream(blobs.read(digest, offset, length));
        } catch (Fault e) {
            throw unreadable(e);
        }
    }

    private Fault unreadable(Exception cause) {
        String why =
                cause instanceof Fault
                        ? "its file is not in this server's folder of logs"
                        : String.valueOf(cause.getMessage());
        return new Fault(
                Fault.Kind.UNAVAILABLE,
                "cannot read the log of attempt " + attempt + ": " + why,
                "bring back the folder logs of the data folder, file " + digest.hex(),
                cause);
    }
}
