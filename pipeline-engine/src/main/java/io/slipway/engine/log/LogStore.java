package io.slipway.engine.log;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Stores batches as chunks, under the fence of the attempt, each in one transaction. Each part of
/// a log keeps its first [#HEAD] and about its last [#TAIL] bytes; chunks between are removed as
/// the tail moves on; a log of many parts keeps its own beginning and end ([WholeLog]). Used by one
/// thread at a time.
final class LogStore {
    /// What is kept of a part's beginning, in bytes before compression.
    static final long HEAD = 48L << 20;

    /// What is kept of its end.
    static final long TAIL = 16L << 20;

    private static final int CHUNK = 256 * 1024;

    private final Database database;
    private final LogOwner owner;
    private final PartTail tail;
    private final WholeLog whole;
    private volatile LogPosition position;
    private volatile PendingLog.@Nullable Batch unfinished;

    LogStore(Database database, LogOwner owner, LogPosition from) {
        this.database = database;
        this.owner = owner;
        this.position = from;
        this.tail = new PartTail(owner.attempt(), from);
        this.whole = new WholeLog(owner.attempt(), from);
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
        Runnable[] trimmed = {() -> {}};
        database.change(
                tx -> {
                    for (var holds : batch.first()) {
                        holds.in(tx);
                    }
                    if (again && isStored(tx, before, after)) {
                        return;
                    }
                    if (!after.equals(before)) {
                        move(tx, after);
                    } else if (!batch.holdsByItself()) {
                        hold(tx);
                    }
                    if (!rows.isEmpty()) {
                        insert(tx, rows);
                        tail.trim(tx, after.part());
                        trimmed[0] = whole.trim(tx);
                    }
                    for (var work : batch.alongside()) {
                        work.in(tx);
                    }
                    tx.notify("log", Long.toString(owner.attempt()));
                });
        unfinished = null;
        position = after;
        for (Object[] row : rows) {
            tail.add((int) row[1], (int) row[6], (int) row[7]);
            whole.add((int) row[6]);
        }
        trimmed[0].run();
    }

    private static LogPosition after(PendingLog.Batch batch, int chunk) {
        LogPosition end = batch.end();
        return new LogPosition(
                chunk, end.lines(), end.bytes(), end.source(), end.open(), end.part());
    }

    private List<Object[]> rows(PendingLog.Batch batch, LogPosition before) {
        List<Object[]> rows = new ArrayList<>();
        long line = before.lines() + 1;
        for (int i = 0; i < batch.parts().size(); i++) {
            PendingLog.Part part = batch.parts().get(i);
            boolean last = i + 1 == batch.parts().size();
            int end = last ? batch.size() : batch.parts().get(i + 1).from();
            for (int at = part.from(); at < end; at += CHUNK) {
                int size = Math.min(CHUNK, end - at);
                int lines = (int) PendingLog.lineBreaks(batch.bytes(), at, size);
                rows.add(
                        new Object[] {
                            owner.attempt(),
                            before.chunk() + rows.size() + 1,
                            line,
                            lines,
                            batch.end().source(),
                            Compression.compress(batch.bytes(), at, size),
                            size,
                            part.number()
                        });
                line += lines;
            }
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
                            log_open = ?, log_part = ?
                        where id = ? and fence = ? and state = 'running'
                        """,
                        to.chunk(),
                        to.lines(),
                        to.bytes(),
                        to.source(),
                        to.open(),
                        to.part(),
                        owner.attempt(),
                        owner.fence());
        if (moved == 0) {
            throw owner.lost().get();
        }
    }

    /// The same guard where the log stays where it is: what is written beside it asks for the
    /// fence.
    private void hold(Tx tx) {
        List<Long> held =
                tx.query(
                        """
                        select id from attempts
                        where id = ? and fence = ? and state = 'running' for no key update
                        """,
                        row -> row.number("id"),
                        owner.attempt(),
                        owner.fence());
        if (held.isEmpty()) {
            throw owner.lost().get();
        }
    }

    /// Whether an earlier try, of whose end nothing was heard, was committed after all.
    private boolean isStored(Tx tx, LogPosition before, LogPosition after) {
        LogPosition stored =
                tx.first(
                                """
                                select log_chunks, log_lines, log_bytes, log_source, log_open,
                                    log_part
                                from attempts
                                where id = ? and fence = ? and state = 'running'
                                """,
                                row ->
                                        new LogPosition(
                                                row.integer("log_chunks"),
                                                row.number("log_lines"),
                                                row.number("log_bytes"),
                                                row.number("log_source"),
                                                row.flag("log_open"),
                                                row.integer("log_part")),
                                owner.attempt(),
                                owner.fence())
                        .orElseThrow(owner.lost());
        return stored.equals(after) && !after.equals(before);
    }

    private static void insert(Tx tx, List<Object[]> rows) {
        tx.updateAll(
                """
                insert into log_chunks
                    (attempt_id, sequence, first_line, lines, source_end, bytes, size, part)
                values (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                new ArrayList<>(rows));
    }
}
