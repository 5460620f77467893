package io.slipway.runners.docker.app;

import io.slipway.engine.release.Deployer.LogMark;
import io.slipway.engine.release.Deployer.Output;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/// Takes a container's output out of the engine's log, asked for with timestamps: each line, or
/// part of a line, is a frame of a kind, three zeros, a length in four bytes, the time, a blank and
/// the bytes. What the reader knows already is left out; what the engine has thrown away before
/// anybody read it is told.
final class AppOutput {
    private static final int LARGEST = 4 << 20;

    private final LogMark after;
    private final Output output;
    private boolean found;
    private long nanos;
    private long bytes;
    private byte[] frame = new byte[1 << 15];

    /// @param after where the reader has come to
    AppOutput(LogMark after, Output output) {
        this.after = after;
        this.output = output;
        this.found = after.equals(LogMark.BEGIN);
    }

    /// Reads to the end.
    ///
    /// @throws EOFException when the stream ends within a frame
    void copy(InputStream stream) throws IOException {
        DataInputStream in = new DataInputStream(stream);
        for (int kind = in.read(); kind >= 0; kind = in.read()) {
            in.readNBytes(3);
            int length = in.readInt();
            if (length < 0 || length > LARGEST) {
                throw new IOException("a line of the log has " + length + " bytes");
            }
            if (frame.length < length) {
                frame = new byte[length];
            }
            in.readFully(frame, 0, length);
            line(length);
        }
    }

    private void line(int length) throws IOException {
        int blank = 0;
        while (blank < length && frame[blank] != ' ') {
            blank++;
        }
        long time = time(new String(frame, 0, blank, StandardCharsets.US_ASCII));
        int from = Math.min(blank + 1, length);
        int size = length - from;
        if (!found && time < after.nanos()) {
            return;
        }
        if (!found && time > after.nanos()) {
            output.gap(after.time(), new LogMark(time, 0).time());
        }
        found = true;
        bytes = time == nanos ? bytes + size : size;
        nanos = time;
        int known =
                time == after.nanos()
                        ? (int) Math.clamp(after.bytes() - (bytes - size), 0, size)
                        : 0;
        if (known < size) {
            output.bytes(frame, from + known, size - known, new LogMark(time, bytes));
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
