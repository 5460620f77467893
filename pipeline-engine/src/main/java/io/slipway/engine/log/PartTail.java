package io.slipway.engine.log;

import io.slipway.db.Tx;

import java.util.ArrayDeque;
import java.util.Deque;

/// The chunks of one part of a log that come after its head: the oldest are removed as long as what
/// follows them is a whole tail. What it does not know yet it reads. Used by one thread at a time.
final class PartTail {
    private static final String SIZES =
            """
            select sequence, size from log_chunks
            where attempt_id = ? and part = ?
            order by sequence
            """;

    private final long attempt;
    private final Deque<Chunk> chunks = new ArrayDeque<>();
    private int part;
    private long size;
    private int headEnd;
    private int latest;
    private boolean known;

    private record Chunk(int sequence, long size) {}

    /// @param from where the log stands
    PartTail(long attempt, LogPosition from) {
        this.attempt = attempt;
        this.part = from.part();
        this.latest = from.chunk();
        this.known = from.bytes() == 0;
    }

    /// A chunk was stored.
    void add(int sequence, long bytes, int of) {
        if (of != part) {
            begin(of);
            known = true;
        }
        if (sequence <= latest) {
            return; // it was read
        }
        latest = sequence;
        boolean ofHead = size < LogStore.HEAD;
        size += bytes;
        if (ofHead) {
            headEnd = sequence;
        } else {
            chunks.addLast(new Chunk(sequence, bytes));
        }
    }

    private void begin(int next) {
        part = next;
        chunks.clear();
        size = 0;
        headEnd = 0;
    }

    /// Removes what lies between head and tail of a part, as part of the transaction that stores
    /// what comes after it.
    ///
    /// @param of the part that is written now
    void trim(Tx tx, int of) {
        if (of != part) {
            return; // it begins with what is being stored
        }
        if (!known) {
            known = true;
            begin(of);
            latest = 0;
            tx.query(
                            SIZES,
                            row -> new Chunk(row.integer("sequence"), row.number("size")),
                            attempt,
                            of)
                    .forEach(chunk -> add(chunk.sequence(), chunk.size(), of));
        }
        long kept = chunks.stream().mapToLong(Chunk::size).sum();
        int upTo = 0;
        while (!chunks.isEmpty() && kept - chunks.getFirst().size() >= LogStore.TAIL) {
            Chunk oldest = chunks.removeFirst();
            kept -= oldest.size();
            upTo = oldest.sequence();
        }
        if (upTo > 0) {
            tx.update(
                    "delete from log_chunks where attempt_id = ? and sequence between ? and ?",
                    attempt,
                    headEnd + 1,
                    upTo);
        }
    }
}
