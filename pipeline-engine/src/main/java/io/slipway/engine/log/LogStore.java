package io.slipway.engine.log;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// Stores batches as chunks, under the fence of the attempt, each in one transaction. A log keeps
/// its first [#HEAD] and about its last [#TAIL] bytes; chunks between are removed as the tail moves
/// on. Used by one thread at a time.
final class LogStore {
    /// What is kept of a log's beginning, in bytes before compression.
    static final long HEAD = 48L << 20;

    /// What is kept of its end.
    static final long TAIL = 16L << 20;

    private static final int CHUNK = 256 * 1024;

    private final Database database;
    private final LogOwner owner;
    private final Deque<Chunk> tail = new ArrayDeque<>();
    private volatile LogPosition position;
    private volatile PendingLog.@Nullable Batch unfinished;
    private boolean tailKnown;
    private int headEnd;

    private record Chunk(int sequence, long size) {}

    LogStore(Database database, LogOwner owner, LogPosition from) {
        this.database = database;
        this.owner = owner;
        this.position = from;
        this.tailKnown = from.bytes() <= HEAD;
    }

    LogPosition position() {
        return position;
    }

    /// A batch of which it is not known whether it was stored, since the database went away.
    PendingLog.@Nullable Batch unfinished() {
        return unfinished;
    }

    /// @throws Fault UNAVAILABLE when the database is away: the same batch must be written again
    void write(PendingLog.Batch batch) {
        boolean again = unfinished != null;
        unfinished = batch;
        LogPosition before = position;
        List<Object[]> rows = rows(batch, before);
        LogPosition after = after(batch, before.chunk() + rows.size());
        database.change(
                tx -> {
                    if (again && isStored(tx, before, after)) {
                        return;
                    }
                    move(tx, after);
                    if (!rows.isEmpty()) {
                        insert(tx, rows);
                        trim(tx);
                    }
                    for (var work : batch.alongside()) {
                        work.in(tx);
                    }
                    tx.notify("log", Long.toString(owner.attempt()));
                });
        unfinished = null;
        position = after;
        remember(rows, before);
    }

    private static LogPosition after(PendingLog.Batch batch, int chunk) {
        LogPosition end = batch.end();
        return new LogPosition(chunk, end.lines(), end.bytes(), end.source(), end.open());
    }

    private List<Object[]> rows(PendingLog.Batch batch, LogPosition before) {
        List<Object[]> rows = new ArrayList<>();
        long line = before.lines() + 1;
        for (int at = 0; at < batch.size(); at += CHUNK) {
            int size = Math.min(CHUNK, batch.size() - at);
            int lines = (int) PendingLog.lineBreaks(batch.bytes(), at, size);
            rows.add(
                    new Object[] {
                        owner.attempt(),
                        before.chunk() + rows.size() + 1,
                        line,
                        lines,
                        batch.end().source(),
                        Compression.compress(batch.bytes(), at, size),
                        size
                    });
            line += lines;
        }
        return rows;
    }

    /// The guard: only the newest fence moves the log on.
    private void move(Tx tx, LogPosition to) {
        int moved =
                tx.update(
                        """
                        update attempts
                        set log_chunks = ?, log_lines = ?, log_bytes = ?, log_source = ?,
                            log_open = ?
                        where id = ? and fence = ? and state = 'running'
                        """,
                        to.chunk(),
                        to.lines(),
                        to.bytes(),
                        to.source(),
                        to.open(),
                        owner.attempt(),
                        owner.fence());
        if (moved == 0) {
            throw owner.lost().get();
        }
    }

    /// Whether an earlier try, of whose end nothing was heard, was committed after all.
    private boolean isStored(Tx tx, LogPosition before, LogPosition after) {
        LogPosition stored =
                tx.first(
                                """
                                select log_chunks, log_lines, log_bytes, log_source, log_open
                                from attempts
                                where id = ? and fence = ? and state = 'running'
                                """,
                                row ->
                                        new LogPosition(
                                                row.integer("log_chunks"),
                                                row.number("log_lines"),
                                                row.number("log_bytes"),
                                                row.number("log_source"),
                                                row.flag("log_open")),
                                owner.attempt(),
                                owner.fence())
                        .orElseThrow(owner.lost());
        return stored.equals(after) && !after.equals(before);
    }

    private static void insert(Tx tx, List<Object[]> rows) {
        tx.updateAll(
                """
                insert into log_chunks
                    (attempt_id, sequence, first_line, lines, source_end, bytes, size)
                values (?, ?, ?, ?, ?, ?, ?)
                """,
                new ArrayList<>(rows));
    }

    private void remember(List<Object[]> rows, LogPosition before) {
        long bytes = before.bytes();
        for (Object[] row : rows) {
            int sequence = (int) row[1];
            int size = (int) row[6];
            boolean ofHead = bytes < HEAD;
            bytes += size;
            if (ofHead) {
                headEnd = sequence;
            } else if (tail.isEmpty() || sequence > tail.getLast().sequence()) {
                tail.addLast(new Chunk(sequence, size));
            }
        }
    }

    /// Removes the oldest chunks behind the head, as long as what follows them is a whole tail.
    private void trim(Tx tx) {
        if (!tailKnown) {
            readTail(tx);
        }
        long size = tail.stream().mapToLong(Chunk::size).sum();
        int upTo = 0;
        while (!tail.isEmpty() && size - tail.getFirst().size() >= TAIL) {
            Chunk oldest = tail.removeFirst();
            size -= oldest.size();
            upTo = oldest.sequence();
        }
        if (upTo > 0) {
            tx.update(
                    "delete from log_chunks where attempt_id = ? and sequence between ? and ?",
                    owner.attempt(),
                    headEnd + 1,
                    upTo);
        }
    }

    private void readTail(Tx tx) {
        tail.clear();
        tail.addAll(
                tx.query(
                        """
                        select sequence, size
                        from (
                            select sequence, size, sum(size) over (order by sequence) as total
                            from log_chunks
                            where attempt_id = ?) c
                        where total - size >= ?
                        order by sequence
                        """,
                        row -> new Chunk(row.integer("sequence"), row.number("size")),
                        owner.attempt(),
                        HEAD));
        headEnd =
                tx.one(
                        """
                        select coalesce(max(sequence), 0) as head
                        from (
                            select sequence, size, sum(size) over (order by sequence) as total
                            from log_chunks
                            where attempt_id = ?) c
                        where total - size < ?
                        """,
                        row -> row.integer("head"),
                        owner.attempt(),
                        HEAD);
        tailKnown = true;
    }
}
