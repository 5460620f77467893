package io.slipway.runners.kubernetes.app;

import io.slipway.engine.release.Deployer.LogMark;
import io.slipway.engine.release.Deployer.Output;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/// Takes what a pod prints out of its node's log, asked for with timestamps: each line is the time,
/// a blank and the line. What the reader knows already is left out.
final class TimedLines {
    private static final int LONGEST_TIME = 64;

    private final LogMark after;
    private final Output output;
    private final ByteArrayOutputStream stamp = new ByteArrayOutputStream();
    private boolean inStamp = true;
    private long nanos;
    private long bytes;

    /// @param after where the reader has come to
    TimedLines(LogMark after, Output output) {
        this.after = after;
        this.output = output;
    }

    /// Reads to the end.
    void copy(InputStream in) throws IOException {
        byte[] buffer = new byte[1 << 15];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            take(buffer, n);
        }
    }

    private void take(byte[] buffer, int length) throws IOException {
        int at = 0;
        while (at < length) {
            if (inStamp) {
                stamp(buffer[at++]);
                continue;
            }
            int end = at;
            while (end < length && buffer[end] != '\n') {
                end++;
            }
            boolean whole = end < length;
            int size = end - at + (whole ? 1 : 0);
            give(buffer, at, size);
            at += size;
            inStamp = whole;
        }
    }

    private void stamp(byte next) throws IOException {
        if (next != ' ') {
            stamp.write(next);
            if (stamp.size() > LONGEST_TIME) {
                throw new IOException("a line of the log has no time");
            }
            return;
        }
        long time = time(stamp.toString(StandardCharsets.US_ASCII));
        stamp.reset();
        inStamp = false;
        if (time != nanos) {
            bytes = 0;
        }
        nanos = time;
    }

    private void give(byte[] buffer, int from, int size) {
        bytes += size;
        if (nanos < after.nanos()) {
            return;
        }
        int known =
                nanos == after.nanos()
                        ? (int) Math.clamp(after.bytes() - (bytes - size), 0, size)
                        : 0;
        if (known < size) {
            output.bytes(buffer, from + known, size - known, new LogMark(nanos, bytes));
        }
    }

    private static long time(String text) throws IOException {
        try {
            Instant at = Instant.parse(text);
            return at.getEpochSecond() * 1_000_000_000 + at.getNano();
        } catch (DateTimeParseException e) {
            throw new IOException("a line of the log has no time: " + text, e);
        }
    }
}
