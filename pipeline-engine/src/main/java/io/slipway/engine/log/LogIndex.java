package io.slipway.engine.log;

import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.blob.BlobStore;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/// The chunks of attempts, wherever they are: as rows, or in the blob of a sealed log. They are the
/// same chunks in both, so that whoever reads on after a sequence need not know.
final class LogIndex {
    private final @Nullable BlobStore blobs;

    /// @param blobs where sealed logs are; null when none is sealed
    LogIndex(@Nullable BlobStore blobs) {
        this.blobs = blobs;
    }

    /// @param firstLine number of the line that the chunk's first byte belongs to
    /// @param lines line breaks in it
    /// @param size its bytes, uncompressed
    /// @param at when it was kept, in milliseconds since 1970; 0 where that was not kept
    /// @param part where its bytes are in the blob; null for a row
    record Entry(
            int sequence,
            long firstLine,
            int lines,
            int size,
            long at,
            SealedLog.@Nullable Part part) {
        /// The line that the byte after this chunk belongs to.
        long nextLine() {
            return firstLine + lines;
        }
    }

    /// Chunks that hold any of these lines, in order.
    List<Entry> covering(Tx tx, long attempt, long from, long to) {
        List<Entry> rows =
                tx.query(
                        """
                        select sequence, first_line, lines, size, at
                        from log_chunks
                        where attempt_id = ? and first_line + lines >= ? and first_line <= ?
                            and sequence > (select log_from from attempts where id = ?)
                        order by sequence
                        """,
                        LogIndex::entry,
                        attempt,
                        from,
                        to,
                        attempt);
        return sealed(tx, attempt)
                .map(
                        log ->
                                log.index().stream()
                                        .filter(
                                                one ->
                                                        one.nextLine() >= from
                                                                && one.firstLine() <= to)
                                        .toList())
                .orElse(rows);
    }

    /// Chunks after that one, in order.
    List<Entry> after(Tx tx, long attempt, int sequence, int count) {
        List<Entry> rows =
                tx.query(
                        """
                        select sequence, first_line, lines, size, at
                        from log_chunks
                        where attempt_id = ? and sequence > greatest(
                            ?, (select log_from from attempts where id = ?))
                        order by sequence
                        limit ?
                        """,
                        LogIndex::entry,
                        attempt,
                        sequence,
                        attempt,
                        count);
        return sealed(tx, attempt)
                .map(
                        log ->
                                log.index().stream()
                                        .filter(one -> one.sequence() > sequence)
                                        .limit(count)
                                        .toList())
                .orElse(rows);
    }

    /// The bytes of one of them.
    ///
    /// @throws Fault NOT_FOUND when the log was removed meanwhile
    byte[] bytes(Tx tx, long attempt, Entry entry) {
        if (entry.part() == null) {
            Optional<byte[]> row =
                    tx.first(
                            "select bytes, size from log_chunks"
                                    + " where attempt_id = ? and sequence = ?",
                            found ->
                                    Compression.decompress(
                                            found.bytes("bytes"), found.integer("size")),
                            attempt,
                            entry.sequence());
            if (row.isPresent()) {
                return row.get();
            }
        }
        SealedLog log = sealed(tx, attempt).orElseThrow(LogIndex::removed);
        if (entry.part() != null) {
            return log.bytes(entry);
        }
        return log.bytes(
                log.index().stream()
                        .filter(one -> one.sequence() == entry.sequence())
                        .findFirst()
                        .orElseThrow(LogIndex::removed));
    }

    /// Asked after the rows were: rows are removed only once this is there, so that none is missing
    /// as long as it is not.
    private Optional<SealedLog> sealed(Tx tx, long attempt) {
        return SealedLog.of(tx, attempt, blobs);
    }

    private static Fault removed() {
        return new Fault(
                Fault.Kind.NOT_FOUND,
                "cannot read the log on: it is no longer kept",
                "look at a newer run");
    }

    private static Entry entry(Row row) {
        return new Entry(
                row.integer("sequence"),
                row.number("first_line"),
                row.integer("lines"),
                row.integer("size"),
                row.instant("at").toEpochMilli(),
                null);
    }
}
