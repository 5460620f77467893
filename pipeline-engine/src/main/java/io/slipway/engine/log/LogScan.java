package io.slipway.engine.log;

import io.slipway.db.Database;
import io.slipway.engine.blob.BlobStore;

import java.io.ByteArrayOutputStream;
import java.util.List;

/// Goes through a whole log line by line, as a search does. Holds one chunk at a time, and no
/// connection between two of them.
public final class LogScan {
    private static final int PIECE_CHUNKS = 64;

    private final Database database;
    private final LogIndex index;

    /// Goes through logs of a database in which none is sealed.
    public LogScan(Database database) {
        this(database, new LogIndex(null));
    }

    /// @param sealed where sealed logs are
    public LogScan(Database database, BlobStore sealed) {
        this(database, new LogIndex(sealed));
    }

    private LogScan(Database database, LogIndex index) {
        this.database = database;
        this.index = index;
    }

    /// Is shown each line.
    @FunctionalInterface
    public interface Visitor {
        /// Looks at one line.
        ///
        /// @param number of the line
        /// @param bytes that hold the line from `start` to before `end`, without its line break
        /// @return whether to go on
        boolean visit(long number, byte[] bytes, int start, int end);
    }

    /// Shows every finished line; of a log that has ended also a last one without a line break.
    /// Lines that were not kept are left out.
    ///
    /// @return whether it was shown all, and nothing more will come
    public boolean over(long attempt, Visitor visitor) {
        // The state first: what is read after an end is complete.
        boolean ended =
                database.read(
                        tx ->
                                tx.first(
                                                "select state = 'ended' as ended from attempts"
                                                        + " where id = ?",
                                                row -> row.flag("ended"),
                                                attempt)
                                        .orElse(true));
        Lines lines = new Lines(visitor);
        int sequence = 0;
        while (true) {
            int after = sequence;
            List<LogIndex.Entry> entries =
                    database.read(tx -> index.after(tx, attempt, after, PIECE_CHUNKS));
            for (LogIndex.Entry entry : entries) {
                byte[] bytes = database.read(tx -> index.bytes(tx, attempt, entry));
                if (!lines.take(entry, bytes)) {
                    return false;
                }
                sequence = entry.sequence();
            }
            if (entries.isEmpty()) {
                if (ended) {
                    lines.last();
                }
                return ended;
            }
        }
    }

    /// Cuts chunks into lines; what has no line break yet waits for the next chunk.
    private static final class Lines {
        private final Visitor visitor;
        private final ByteArrayOutputStream rest = new ByteArrayOutputStream();
        private long number = 1;
        private int sequence;

        Lines(Visitor visitor) {
            this.visitor = visitor;
        }

        boolean take(LogIndex.Entry entry, byte[] bytes) {
            if (entry.sequence() != sequence + 1) {
                rest.reset(); // what is missing here may have ended the line
                number = entry.firstLine();
            }
            sequence = entry.sequence();
            int start = 0;
            for (int at = 0; at < bytes.length; at++) {
                if (bytes[at] == '\n') {
                    if (!line(bytes, start, at)) {
                        return false;
                    }
                    start = at + 1;
                }
            }
            rest.write(bytes, start, bytes.length - start);
            return true;
        }

        private boolean line(byte[] bytes, int start, int end) {
            if (rest.size() == 0) {
                return visitor.visit(number++, bytes, start, end);
            }
            rest.write(bytes, start, end - start);
            byte[] whole = rest.toByteArray();
            rest.reset();
            return visitor.visit(number++, whole, 0, whole.length);
        }

        void last() {
            if (rest.size() > 0) {
                visitor.visit(number, rest.toByteArray(), 0, rest.size());
            }
        }
    }
}
