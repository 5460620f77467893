package io.slipway.engine.blob;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/// Where bytes are kept under their digest. Safe for use by many threads. What is kept is never
/// changed; bytes are visible all at once or not at all, and survive a crash from then on.
///
/// Every method throws [IOException] when the store can't be read or written.
public interface BlobStore {
    /// Whether every server of the instance sees what is kept here. A folder is one server's own.
    default boolean isShared() {
        return false;
    }

    /// Begins an upload. It survives a restart until it is finished, discarded or swept.
    UUID begin() throws IOException;

    /// How many bytes an upload has; empty when there is no such upload.
    OptionalLong uploaded(UUID upload) throws IOException;

    /// Adds bytes to an upload, streamed. What was read before a failure is kept.
    ///
    /// @param offset where they belong: the upload's present length
    /// @return the upload's new length
    /// @throws WrongOffset when the upload has another length, or is being written by somebody else
    /// @throws io.slipway.fault.Fault NOT_FOUND when there is no such upload
    long append(UUID upload, long offset, InputStream bytes) throws IOException, WrongOffset;

    /// Ends an upload: its bytes are kept under their digest from now on. An upload whose digest is
    /// kept already changes nothing.
    ///
    /// @param expected what the digest must be; empty for whatever it is
    /// @throws WrongDigest when it is another; the upload is gone then
    /// @throws io.slipway.fault.Fault NOT_FOUND when there is no such upload
    Kept finish(UUID upload, Optional<Digest> expected) throws IOException, WrongDigest;

    /// Drops an upload; nothing happens when there is none.
    void discard(UUID upload) throws IOException;

    /// Drops uploads to which nothing was added for this long.
    ///
    /// @return how many
    int sweep(Duration untouched) throws IOException;

    /// How many bytes are kept under a digest; empty when none are.
    OptionalLong size(Digest digest) throws IOException;

    /// Reads what is kept under a digest; whoever calls closes it.
    ///
    /// @param offset of the first byte
    /// @param length how many bytes at most
    /// @throws io.slipway.fault.Fault NOT_FOUND when nothing is kept
    InputStream read(Digest digest, long offset, long length) throws IOException;

    /// Removes what is kept under a digest; nothing happens when nothing is. Whoever reads it reads
    /// on to its end.
    void remove(Digest digest) throws IOException;

    /// What is kept.
    ///
    /// @param size in bytes
    record Kept(Digest digest, long size) {}

    /// Bytes were to be added somewhere else than at an upload's end.
    final class WrongOffset extends Exception {
        private static final long serialVersionUID = 1L;

        private final long length;

        /// @param length what the upload has
        public WrongOffset(long length) {
            super("the upload has " + length + " bytes");
            this.length = length;
        }

        /// What the upload has.
        public long length() {
            return length;
        }
    }

    /// Bytes are not what they were said to be.
    final class WrongDigest extends Exception {
        private static final long serialVersionUID = 1L;

        /// @param found their digest
        public WrongDigest(Digest found) {
            super("the bytes have the digest " + found);
        }
    }
}
