package io.slipway.engine.log;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.db.Signal;
import io.slipway.engine.blob.BlobStore;
import io.slipway.engine.blob.BlobStore.Kept;
import io.slipway.engine.blob.Digest;
import io.slipway.fault.Fault;
import io.slipway.fault.Rounds;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Takes long logs out of the database: the log of an attempt that has ended becomes one blob. The
/// blob is kept before the row that names it is written, and that row before a chunk is removed;
/// each step can be done again, so that a kill between two of them costs nothing. What belonged to
/// attempts that are gone, or whose log is no longer kept, is removed. Looks each 30 s until it is
/// closed. Of several servers that share the store one does all that; while several live that each
/// have a folder of their own, nobody does, since none could read what another has sealed.
public final class LogSealer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LogSealer.class);
    private static final Duration EACH = Duration.ofSeconds(30);
    private static final Duration STALLED = Duration.ofHours(1);

    private static final String LONG =
            """
            select a.id, a.fence, a.log_chunks
            from attempts a
            where a.state = 'ended' and a.log_bytes > 1048576 and a.log_from = 0
                and not exists (select 1 from log_blobs b where b.attempt_id = a.id)
            order by a.id
            limit 20
            """;

    /// Two that do it at once, since one was taken for dead, do no harm: both write the same blob.
    private static final String MY_TURN =
            """
            select not exists (
                select 1 from servers s
                where s.seen_at > clock_timestamp() - interval '1 minute'
                    and s.id <> ? and (not ? or s.id < ?)) as mine
            """;

    /// The guard: what was read is the whole log of an attempt that is still there.
    private static final String SEAL =
            """
            insert into log_blobs (attempt_id, digest, size, index_at)
            select a.id, ?, ?, ?
            from attempts a
            where a.id = ? and a.state = 'ended' and a.fence = ? and a.log_chunks = ?
            on conflict do nothing
            """;

    private static final String CHUNKS =
            """
            select sequence, first_line, lines, size, at, bytes
            from log_chunks
            where attempt_id = ? and sequence > ?
            order by sequence
            limit 16
            """;

    private static final String REMOVE_SOME =
            """
            delete from log_chunks
            where attempt_id = ? and sequence in (
                select sequence from log_chunks where attempt_id = ? order by sequence limit 100)
            """;

    /// Logs may be large.
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final Database database;
    private final BlobStore blobs;
    private final UUID server;
    private final Signal signal = new Signal();
    private final Thread thread;
    private volatile boolean closed;

    /// @param blobs where sealed logs are kept; nothing else may be in it
    /// @param server this server's identity
    public LogSealer(Database database, BlobStore blobs, UUID server) {
        this.database = database;
        this.blobs = blobs;
        this.server = server;
        this.thread = Thread.ofVirtual().name("log-sealer").start(this::run);
    }

    private void run() {
        while (!closed) {
            signal.await(EACH);
            if (!closed) {
                Rounds.watched(log, "cannot seal long logs", LONGEST, this::look);
            }
        }
    }

    private record Ended(long id, long fence, int chunks) {
        static Ended from(Row row) {
            return new Ended(row.number("id"), row.number("fence"), row.integer("log_chunks"));
        }
    }

    /// Does now what there is to do: seals 20 logs at most.
    public void look() {
        if (!isMyTurn()) {
            return;
        }
        drop();
        List<Ended> found = database.read(tx -> tx.query(LONG, Ended::from));
        for (Ended one : found) {
            Rounds.once(log, "cannot seal the log of attempt " + one.id(), () -> seal(one));
        }
        removeSealed();
    }

    private boolean isMyTurn() {
        return database.read(
                tx -> tx.one(MY_TURN, row -> row.flag("mine"), server, blobs.isShared(), server));
    }

    private void seal(Ended attempt) {
        try {
            Written written = write(attempt.id());
            int sealed =
                    database.transaction(
                            tx ->
                                    tx.update(
                                            SEAL,
                                            written.kept().digest().toString(),
                                            written.kept().size(),
                                            written.indexAt(),
                                            attempt.id(),
                                            attempt.fence(),
                                            attempt.chunks()));
            if (sealed == 0 && of(attempt.id()).isEmpty()) {
                blobs.remove(written.kept().digest());
            }
        } catch (IOException e) {
            throw away(e);
        }
    }

    private record Written(Kept kept, long indexAt) {}

    private record Chunk(LogIndex.Entry entry, byte[] bytes) {
        static Chunk from(Row row) {
            return new Chunk(
                    new LogIndex.Entry(
                            row.integer("sequence"),
                            row.number("first_line"),
                            row.integer("lines"),
                            row.integer("size"),
                            row.instant("at").toEpochMilli(),
                            null),
                    row.bytes("bytes"));
        }
    }

    private Written write(long attempt) throws IOException {
        UUID upload = blobs.begin();
        try {
            List<LogIndex.Entry> index = new ArrayList<>();
            ByteArrayOutputStream piece = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(piece);
            SealedLog.writeHead(out, attempt);
            long at = 0;
            List<Chunk> chunks = chunks(attempt, 0);
            while (!chunks.isEmpty()) {
                for (Chunk chunk : chunks) {
                    index.add(placed(chunk, at + piece.size()));
                    out.write(chunk.bytes());
                }
                at = append(upload, at, piece);
                chunks = chunks(attempt, index.getLast().sequence());
            }
            SealedLog.writeIndex(out, index);
            append(upload, at, piece);
            return new Written(blobs.finish(upload, Optional.empty()), at);
        } catch (BlobStore.WrongOffset | BlobStore.WrongDigest e) {
            throw new IOException(e);
        } catch (RuntimeException | IOException e) {
            blobs.discard(upload);
            throw e;
        }
    }

    private static LogIndex.Entry placed(Chunk chunk, long offset) {
        LogIndex.Entry row = chunk.entry();
        return new LogIndex.Entry(
                row.sequence(),
                row.firstLine(),
                row.lines(),
                row.size(),
                row.at(),
                new SealedLog.Part(offset, chunk.bytes().length, row.size()));
    }

    private List<Chunk> chunks(long attempt, int after) {
        return database.read(tx -> tx.query(CHUNKS, Chunk::from, attempt, after));
    }

    private long append(UUID upload, long at, ByteArrayOutputStream piece)
            throws IOException, BlobStore.WrongOffset {
        long end = blobs.append(upload, at, new ByteArrayInputStream(piece.toByteArray()));
        piece.reset();
        return end;
    }

    private Optional<SealedLog> of(long attempt) {
        return database.read(tx -> SealedLog.of(tx, attempt, blobs));
    }

    /// Removes the rows of what is sealed, a few in each transaction.
    private void removeSealed() {
        List<Long> sealed =
                database.read(
                        tx ->
                                tx.query(
                                        """
                                        select attempt_id from log_blobs
                                        where not rows_removed
                                        order by attempt_id limit 100
                                        """,
                                        row -> row.number("attempt_id")));
        for (long attempt : sealed) {
            Rounds.once(log, "cannot remove rows of attempt " + attempt, () -> remove(attempt));
        }
    }

    /// Nothing is removed whose blob is not here in its whole length.
    private void remove(long attempt) {
        Optional<SealedLog> sealed = of(attempt);
        if (sealed.isEmpty() || !isHere(sealed.get())) {
            return;
        }
        int removed = 1;
        while (removed > 0 && !closed) {
            removed = database.transaction(tx -> tx.update(REMOVE_SOME, attempt, attempt));
        }
        if (removed == 0) {
            database.change(
                    tx ->
                            tx.update(
                                    "update log_blobs set rows_removed = true where attempt_id = ?",
                                    attempt));
        }
    }

    private boolean isHere(SealedLog sealed) {
        try {
            return blobs.size(sealed.digest()).orElse(-1) == sealed.size();
        } catch (IOException e) {
            throw away(e);
        }
    }

    private record Gone(long attempt, Digest digest) {
        static Gone from(Row row) {
            return new Gone(row.number("attempt_id"), Digest.parse(row.text("digest")));
        }
    }

    /// The blob first: as long as the row is there it is done again.
    private void drop() {
        try {
            blobs.sweep(STALLED);
            List<Gone> gone =
                    database.read(
                            tx ->
                                    tx.query(
                                            """
                                            select b.attempt_id, b.digest
                                            from log_blobs b
                                            where not exists (
                                                select 1 from attempts a
                                                where a.id = b.attempt_id and a.log_from = 0)
                                            order by b.attempt_id limit 100
                                            """,
                                            Gone::from));
            for (Gone one : gone) {
                blobs.remove(one.digest());
                database.change(
                        tx ->
                                tx.update(
                                        "delete from log_blobs where attempt_id = ?",
                                        one.attempt()));
            }
        } catch (IOException e) {
            throw away(e);
        }
    }

    private static Fault away(IOException cause) {
        return new Fault(
                Fault.Kind.UNAVAILABLE,
                "cannot keep sealed logs: " + cause.getMessage(),
                "make room in the data folder, and see that it is writable",
                cause);
    }

    @Override
    public void close() {
        closed = true;
        signal.wake();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
