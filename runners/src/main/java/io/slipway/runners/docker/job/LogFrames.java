package io.slipway.runners.docker.job;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// Takes the exact bytes of a container's output out of the engine's log (driver `local`, asked for
/// with timestamps). The engine cuts lines into messages of 16 KiB and forgets the line break at
/// the end of a line that it cut; all messages of one line have one timestamp, though.
final class LogFrames {
    private static final int STDOUT = 1;

    /// Bytes of a message that is not the last of its line.
    private static final int FULL = 16 * 1024;

    private static final int LARGEST = 4 << 20;
    private static final byte[] BREAK = {'\n'};

    private byte[] frame = new byte[FULL * 2];
    private byte[] lineTime = {};
    private final boolean errors;
    private boolean open;

    /// Takes standard output.
    LogFrames() {
        this(false);
    }

    /// @param errors whether standard error is taken too
    LogFrames(boolean errors) {
        this.errors = errors;
    }

    /// Reads to the end.
    ///
    /// @throws EOFException when the stream ends within a message
    void copy(InputStream stream, Frames.Into into) throws IOException {
        DataInputStream in = new DataInputStream(stream);
        for (int kind = in.read(); kind >= 0; kind = in.read()) {
            in.readNBytes(3);
            int length = in.readInt();
            if (length < 0 || length > LARGEST) {
                throw new IOException("a message of the log has " + length + " bytes");
            }
            if (frame.length < length) {
                frame = new byte[length];
            }
            in.readFully(frame, 0, length);
            if (kind == STDOUT || errors) {
                message(length, into);
            }
        }
    }

    private void message(int length, Frames.Into into) throws IOException {
        int begin = timeEnd(length);
        byte[] time = Arrays.copyOf(frame, begin);
        boolean continues = open && Arrays.equals(time, lineTime);
        if (open && !continues) {
            into.output(BREAK, 0, 1);
        }
        if (begin < length) {
            into.output(frame, begin, length - begin);
        }
        boolean broken = begin < length && frame[length - 1] == '\n';
        boolean full = length - begin >= FULL;
        if (continues && !broken && !full) {
            into.output(BREAK, 0, 1);
            broken = true;
        }
        open = !broken && full;
        lineTime = time;
    }

    private int timeEnd(int length) {
        for (int i = 0; i < length; i++) {
            if (frame[i] == ' ') {
                return i + 1;
            }
        }
        return 0;
    }
}
