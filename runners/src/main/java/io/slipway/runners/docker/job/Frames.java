package io.slipway.runners.docker.job;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;

/// Takes a container's standard output out of the stream in which an engine mixes it with standard
/// error: frames of a kind, three zeros, a length in four bytes and that many bytes. What is at
/// hand is given on at once, in pieces as large as there is.
final class Frames {
    private static final int HEAD = 8;
    private static final int STDOUT = 1;
    private static final int BUFFER = 1 << 16;

    /// An engine writes each line on its own, and waking up for each costs more than reading it: of
    /// a stream that has brought little twice within this time, more is waited for.
    private static final long BUSY_NANOS = 2_000_000;

    private static final int SMALL = 8192;

    private final byte[] raw = new byte[BUFFER];
    private final byte[] head = new byte[HEAD];
    private int headFilled;
    private long left;
    private boolean wanted;

    /// Takes standard output.
    interface Into {
        void output(byte[] bytes, int offset, int length) throws IOException;
    }

    /// Reads to the end.
    ///
    /// @throws EOFException when the stream ends within a frame
    void copy(InputStream in, Into into) throws IOException {
        long last = System.nanoTime() - BUSY_NANOS;
        for (int read = in.read(raw); read >= 0; read = in.read(raw)) {
            int kept = compact(read);
            if (kept > 0) {
                into.output(raw, 0, kept);
            }
            long now = System.nanoTime();
            if (read < SMALL && now - last < BUSY_NANOS) {
                gather();
            }
            last = now;
        }
        if (headFilled > 0 || left > 0) {
            throw new EOFException("the container's stream was cut");
        }
    }

    /// Lets the socket fill for a moment.
    private static void gather() throws IOException {
        try {
            Thread.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the reader was interrupted");
        }
    }

    /// Moves the standard output within the first bytes of the buffer to its front.
    ///
    /// @return how many bytes that is
    private int compact(int end) {
        int kept = 0;
        int at = 0;
        while (at < end) {
            if (left == 0) {
                at = head(at, end);
                continue;
            }
            int length = (int) Math.min(left, end - at);
            if (wanted) {
                if (kept != at) {
                    System.arraycopy(raw, at, raw, kept, length);
                }
                kept += length;
            }
            at += length;
            left -= length;
        }
        return kept;
    }

    private int head(int from, int end) {
        int at = from;
        while (at < end && headFilled < HEAD) {
            head[headFilled++] = raw[at++];
        }
        if (headFilled == HEAD) {
            headFilled = 0;
            wanted = head[0] == STDOUT;
            left =
                    (head[4] & 0xffL) << 24
                            | (head[5] & 0xff) << 16
                            | (head[6] & 0xff) << 8
                            | head[7] & 0xff;
        }
        return at;
    }
}
