package io.slipway.engine.log;

import io.slipway.db.VoidWork;

import java.util.ArrayList;
import java.util.List;

/// What was taken and is not stored yet: bytes, what is to be written in the same transaction, and
/// where the log will stand after it. Guarded by its user's lock.
final class PendingLog {
    private byte[] bytes = new byte[8 * 1024];
    private int size;
    private LogPosition end;
    private List<VoidWork> first = new ArrayList<>();
    private List<VoidWork> alongside = new ArrayList<>();
    private boolean moved;
    private List<Part> parts;

    /// @param from where the log stands
    PendingLog(LogPosition from) {
        this.end = from;
        this.parts = parts(from.part());
    }

    /// What belongs to one part.
    ///
    /// @param from index of its first byte; it ends where the next one begins
    record Part(int number, int from) {}

    /// Everything that is taken for one transaction.
    ///
    /// @param end where the log stands once it is stored; the chunk is not counted yet
    /// @param first what comes before anything of the attempt is held
    /// @param alongside what comes after its bytes
    /// @param parts in order, at least one
    record Batch(
            byte[] bytes,
            int size,
            LogPosition end,
            List<VoidWork> first,
            List<VoidWork> alongside,
            List<Part> parts) {
        /// Whether nothing but work that holds the attempt by itself is done.
        boolean holdsByItself() {
            return first.size() == 1 && alongside.size() == 1;
        }
    }

    private static List<Part> parts(int first) {
        List<Part> parts = new ArrayList<>();
        parts.add(new Part(first, 0));
        return parts;
    }

    boolean isEmpty() {
        return size == 0 && !moved && alongside.isEmpty();
    }

    int size() {
        return size;
    }

    LogPosition end() {
        return end;
    }

    void append(byte[] from, int offset, int length, long source) {
        makeRoom(length);
        System.arraycopy(from, offset, bytes, size, length);
        size += length;
        moved |= source > end.source();
        end =
                new LogPosition(
                        end.chunk(),
                        end.lines() + lineBreaks(from, offset, length),
                        end.bytes() + length,
                        Math.max(end.source(), source),
                        length == 0 ? end.open() : from[offset + length - 1] != '\n',
                        end.part());
    }

    /// What comes next belongs to another part.
    void part() {
        int number = end.part() + 1;
        end =
                new LogPosition(
                        end.chunk(), end.lines(), end.bytes(), end.source(), end.open(), number);
        parts.add(new Part(number, size));
        moved = true;
    }

    void alongside(VoidWork work) {
        alongside.add(work);
    }

    /// Something else that this work has to hold, before anything of the attempt is.
    void first(VoidWork holds) {
        first.add(holds);
    }

    /// Takes everything; what comes later belongs to the next batch.
    Batch take() {
        Batch batch = new Batch(bytes, size, end, first, alongside, parts);
        parts = parts(end.part());
        bytes = new byte[8 * 1024];
        size = 0;
        first = new ArrayList<>();
        alongside = new ArrayList<>();
        moved = false;
        return batch;
    }

    private void makeRoom(int length) {
        if (size + length > bytes.length) {
            byte[] larger = new byte[Math.max(size + length, bytes.length * 4)];
            System.arraycopy(bytes, 0, larger, 0, size);
            bytes = larger;
        }
    }

    static long lineBreaks(byte[] bytes, int offset, int length) {
        int found = 0;
        for (int i = offset; i < offset + length; i++) {
            found += bytes[i] == '\n' ? 1 : 0;
        }
        return found;
    }
}
