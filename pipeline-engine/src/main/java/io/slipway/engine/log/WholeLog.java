package io.slipway.engine.log;

import io.slipway.db.Tx;

/// What is kept of all parts of a log together: where that gets too much, chunks in the middle go.
/// What it does not know yet it reads. Used by one thread at a time.
final class WholeLog {
    /// What is kept of the beginning, in bytes before compression.
    static final long HEAD = 192L << 20;

    /// What is kept of the end.
    static final long TAIL = 64L << 20;

    /// How much more than both there may be before anything goes.
    private static final long SLACK = 8L << 20;

    private static final String SIZE =
            "select coalesce(sum(size), 0)::bigint as size from log_chunks where attempt_id = ?";

    private static final String TRIM =
            """
            delete from log_chunks c
            using (
                select sequence, sum(size) over (order by sequence) - size as before,
                    sum(size) over (order by sequence desc) - size as behind
                from log_chunks
                where attempt_id = ?) s
            where c.attempt_id = ? and c.sequence = s.sequence and s.before >= ? and s.behind >= ?
            """;

    private final long attempt;
    private long since;

    /// @param from where the log stands
    WholeLog(long attempt, LogPosition from) {
        this.attempt = attempt;
        // What is there is read when the first chunk comes.
        this.since = from.bytes() == 0 ? -HEAD - TAIL : SLACK;
    }

    /// A chunk was stored.
    void add(long bytes) {
        since += bytes;
    }

    /// Removes what is too much, as part of the transaction that stores what comes after it. The
    /// same again removes nothing.
    ///
    /// @return what is to be done once it is committed
    Runnable trim(Tx tx) {
        if (since < SLACK) {
            return () -> {};
        }
        tx.update(TRIM, attempt, attempt, HEAD, TAIL);
        long kept = tx.one(SIZE, row -> row.number("size"), attempt);
        return () -> since = kept - HEAD - TAIL;
    }
}
