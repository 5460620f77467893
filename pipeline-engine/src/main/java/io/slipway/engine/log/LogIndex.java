package io.slipway.engine.log;

import io.slipway.db.Row;
import io.slipway.db.Tx;

import java.util.List;

/// The chunks of one attempt, without their bytes.
final class LogIndex {
    private LogIndex() {}

    /// @param firstLine number of the line that the chunk's first byte belongs to
    /// @param lines line breaks in it
    record Entry(int sequence, long firstLine, int lines) {
        /// The line that the byte after this chunk belongs to.
        long nextLine() {
            return firstLine + lines;
        }
    }

    /// Chunks that hold any of these lines, in order.
    static List<Entry> covering(Tx tx, long attempt, long from, long to) {
        return tx.query(
                """
                select sequence, first_line, lines
                from log_chunks
                where attempt_id = ? and first_line + lines >= ? and first_line <= ?
                order by sequence
                """,
                LogIndex::entry,
                attempt,
                from,
                to);
    }

    /// Chunks after that one, in order.
    static List<Entry> after(Tx tx, long attempt, int sequence, int count) {
        return tx.query(
                """
                select sequence, first_line, lines
                from log_chunks
                where attempt_id = ? and sequence > ?
                order by sequence
                limit ?
                """,
                LogIndex::entry,
                attempt,
                sequence,
                count);
    }

    static byte[] bytes(Tx tx, long attempt, int sequence) {
        return tx.one(
                "select bytes, size from log_chunks where attempt_id = ? and sequence = ?",
                row -> Compression.decompress(row.bytes("bytes"), row.integer("size")),
                attempt,
                sequence);
    }

    private static Entry entry(Row row) {
        return new Entry(row.integer("sequence"), row.number("first_line"), row.integer("lines"));
    }
}
