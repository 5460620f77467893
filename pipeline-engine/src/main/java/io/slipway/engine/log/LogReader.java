package io.slipway.engine.log;

import io.slipway.db.Database;
import io.slipway.db.Notifications;
import io.slipway.db.Signal;
import io.slipway.db.Subscription;
import io.slipway.db.Tx;
import io.slipway.engine.blob.BlobStore;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Reads what attempts printed: any block of lines, the whole text, or live. Lines count from 1 and
/// never shift. Where the middle of a very long log was not kept, one line says what is missing; it
/// has no number of its own.
public final class LogReader {
    /// What one block or piece holds at most, in bytes, save for its last chunk.
    private static final int LARGEST = 4 << 20;

    private static final int PIECE_CHUNKS = 16;

    private final Database database;
    private final Notifications notifications;
    private final LogIndex index;

    /// Reads logs of a database in which none is sealed.
    public LogReader(Database database, Notifications notifications) {
        this(database, notifications, new LogIndex(null));
    }

    /// @param sealed where sealed logs are
    public LogReader(Database database, Notifications notifications, BlobStore sealed) {
        this(database, notifications, new LogIndex(sealed));
    }

    private LogReader(Database database, Notifications notifications, LogIndex index) {
        this.database = database;
        this.notifications = notifications;
        this.index = index;
    }

    /// A block of lines.
    ///
    /// @param first number of the first line in it; higher than asked for when lines before it were
    ///   not kept
    /// @param text the lines with their line breaks; the last one may have none yet
    /// @param total lines of the whole log so far, the unfinished one included
    /// @param ended whether nothing more will come
    /// @param times when its lines came, in order; each holds up to the next
    public record Block(long first, byte[] text, long total, boolean ended, List<Since> times) {}

    /// From this line on, lines came at that time.
    ///
    /// @param at milliseconds since 1970, when Slipway had them
    public record Since(long line, long at) {}

    /// Lines from a number on.
    ///
    /// @param from the first line's number, from 1
    /// @param count of lines at most; fewer come when the block gets large
    public Block lines(long attempt, long from, int count) {
        return database.read(
                tx -> {
                    State state = state(tx, attempt);
                    List<LogIndex.Entry> entries =
                            index.covering(tx, attempt, from, from + count - 1);
                    ByteArrayOutputStream text = new ByteArrayOutputStream();
                    long first = Math.max(from, 1);
                    long line = 0;
                    List<Since> times = new ArrayList<>();
                    for (LogIndex.Entry entry : entries) {
                        if (line != 0 && entry.firstLine() != line) {
                            break; // lines are missing here: the next block begins after them
                        }
                        if (line == 0) {
                            first = Math.max(from, entry.firstLine());
                        }
                        cut(index.bytes(tx, attempt, entry), entry, from, count, text);
                        if (entry.at() != 0) {
                            times.add(new Since(Math.max(first, entry.firstLine()), entry.at()));
                        }
                        line = entry.nextLine();
                        if (text.size() > LARGEST) {
                            break;
                        }
                    }
                    return new Block(
                            first, text.toByteArray(), state.lines(), state.ended(), times);
                });
    }

    /// How long a log is.
    ///
    /// @param lines that can be read now: the unfinished last one counts once nothing more will
    ///   come
    /// @param bytes of all that was printed, also where a part was not kept
    /// @param ended whether nothing more will come
    public record Size(long lines, long bytes, boolean ended) {}

    /// How long an attempt's log is now.
    public Size size(long attempt) {
        return database.read(
                tx ->
                        tx.one(
                                """
                                select log_lines + (log_open and state = 'ended')::int as lines,
                                    log_bytes, state = 'ended' as ended
                                from attempts
                                where id = ?
                                """,
                                row ->
                                        new Size(
                                                row.number("lines"),
                                                row.number("log_bytes"),
                                                row.flag("ended")),
                                attempt));
    }

    private static void cut(
            byte[] bytes, LogIndex.Entry entry, long from, int count, OutputStream into) {
        int begin = skip(bytes, 0, from - entry.firstLine());
        int end = skip(bytes, 0, from + count - entry.firstLine());
        if (end > begin) {
            write(into, bytes, begin, end - begin);
        }
    }

    /// Index after so many line breaks; the length when there are fewer.
    private static int skip(byte[] bytes, int start, long lineBreaks) {
        int at = start;
        for (long left = lineBreaks; left > 0 && at < bytes.length; at++) {
            left -= bytes[at] == '\n' ? 1 : 0;
        }
        return at;
    }

    /// Bytes of the whole text as it is now: what [#copy] gives.
    public long textSize(long attempt) {
        long size = 0;
        int sequence = 0;
        long line = 1;
        for (LogIndex.Entry entry :
                database.read(tx -> index.after(tx, attempt, 0, Integer.MAX_VALUE))) {
            size += misses(sequence, entry) ? gap(line, entry.firstLine()).length : 0;
            size += entry.size();
            sequence = entry.sequence();
            line = entry.nextLine();
        }
        return size;
    }

    /// The whole text as it is now, chunk by chunk.
    public void copy(long attempt, OutputStream out) {
        copy(attempt, out, 0, Long.MAX_VALUE);
    }

    /// Bytes of the whole text, from the first to the one before the last.
    public void copy(long attempt, OutputStream out, long from, long to) {
        int sequence = 0;
        long at = 0;
        long line = 1;
        while (true) {
            int after = sequence;
            List<LogIndex.Entry> entries =
                    database.read(tx -> index.after(tx, attempt, after, PIECE_CHUNKS));
            if (entries.isEmpty()) {
                return;
            }
            for (LogIndex.Entry entry : entries) {
                if (misses(sequence, entry)) {
                    byte[] gap = gap(line, entry.firstLine());
                    part(out, gap, from - at, to - at);
                    at += gap.length;
                }
                if (at >= to) {
                    return;
                }
                if (at + entry.size() > from) {
                    byte[] bytes = database.read(tx -> index.bytes(tx, attempt, entry));
                    part(out, bytes, from - at, to - at);
                }
                at += entry.size();
                sequence = entry.sequence();
                line = entry.nextLine();
            }
        }
    }

    /// Of these bytes those between two indexes, which may lie before and behind them.
    private static void part(OutputStream out, byte[] bytes, long from, long to) {
        int begin = (int) Math.clamp(from, 0, bytes.length);
        int end = (int) Math.clamp(to, begin, bytes.length);
        write(out, bytes, begin, end - begin);
    }

    /// Whether something between two chunks was left out. A log's first chunk is always kept: one
    /// that begins with another has nothing before it any more.
    private static boolean misses(int before, LogIndex.Entry next) {
        return before > 0 && next.sequence() != before + 1;
    }

    private static byte[] gap(long from, long to) {
        return ("\n[slipway: lines "
                        + from
                        + " to "
                        + to
                        + " are not kept: a step's log keeps its first 48 MiB and"
                        + " its last 16 MiB]\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static void write(OutputStream out, byte[] bytes, int offset, int length) {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Begins to follow a log; close it when done.
    ///
    /// @param cursor where an earlier follower stood ([Piece#cursor]); 0 for the beginning
    public Follower follow(long attempt, int cursor) {
        return new Follower(attempt, cursor);
    }

    /// What came next.
    ///
    /// @param text bytes as they were printed; may be empty
    /// @param firstLine number of the line that its first byte belongs to
    /// @param cursor where to go on after it
    /// @param ended whether nothing more will come after it
    public record Piece(byte[] text, long firstLine, int cursor, boolean ended) {}

    /// One follower of one log. For one thread.
    public final class Follower implements AutoCloseable {
        private final long attempt;
        private final Signal signal = new Signal();
        private final Subscription logs;
        private int cursor;

        private Follower(long attempt, int cursor) {
            this.attempt = attempt;
            this.cursor = cursor;
            String id = Long.toString(attempt);
            this.logs =
                    notifications.subscribe(
                            "log",
                            payload -> {
                                if (payload.isEmpty() || payload.equals(id)) {
                                    signal.wake();
                                }
                            });
        }

        /// The next piece; waits for one at most this long, then gives an empty one.
        public Piece next(Duration atMost) {
            Piece piece = read();
            if (piece.text().length == 0 && !piece.ended()) {
                signal.await(atMost);
                piece = read();
            }
            return piece;
        }

        private Piece read() {
            return database.read(
                    tx -> {
                        // The state first: what is read after an end is complete.
                        boolean ended = state(tx, attempt).ended();
                        List<LogIndex.Entry> entries =
                                index.after(tx, attempt, cursor, PIECE_CHUNKS);
                        ByteArrayOutputStream text = new ByteArrayOutputStream();
                        long line = entries.isEmpty() ? 0 : entries.getFirst().firstLine();
                        boolean last = ended && entries.size() < PIECE_CHUNKS;
                        for (LogIndex.Entry entry : entries) {
                            if (text.size() > 0 && entry.sequence() != cursor + 1) {
                                last = false; // lines are missing: the next piece begins after them
                                break;
                            }
                            text.writeBytes(index.bytes(tx, attempt, entry));
                            cursor = entry.sequence();
                        }
                        return new Piece(text.toByteArray(), line, cursor, last);
                    });
        }

        @Override
        public void close() {
            logs.close();
        }
    }

    private record State(long lines, boolean ended) {}

    private static State state(Tx tx, long attempt) {
        return tx.first(
                        "select log_lines, log_open, state from attempts where id = ?",
                        row ->
                                new State(
                                        row.number("log_lines") + (row.flag("log_open") ? 1 : 0),
                                        row.text("state").equals("ended")),
                        attempt)
                .orElse(new State(0, true));
    }
}
