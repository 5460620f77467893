package io.slipway.runners.kubernetes.job;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/// What the first container of a pod reads: frames of the workspace's tar stream, the records, and
/// the end. The helper's own source says the same.
final class Handover {
    private static final int HEAD = 5;
    private static final int PIECE = 256 << 10;

    private final OutputStream out;

    /// @param out the container's standard input
    Handover(OutputStream out) {
        this.out = out;
    }

    /// Where the workspace's tar stream goes.
    OutputStream tree() {
        return new OutputStream() {
            private final byte[] piece = new byte[PIECE];
            private int filled;

            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                for (int done = 0; done < length; ) {
                    int n = Math.min(length - done, PIECE - filled);
                    System.arraycopy(bytes, offset + done, piece, filled, n);
                    filled += n;
                    done += n;
                    if (filled == PIECE) {
                        flush();
                    }
                }
            }

            @Override
            public void flush() throws IOException {
                if (filled > 0) {
                    frame('w', piece, filled);
                    filled = 0;
                }
            }

            @Override
            public void close() throws IOException {
                flush();
            }
        };
    }

    /// What the container of a step with an image of its own reads.
    void own(int step, byte[] records) throws IOException {
        byte[] frame =
                ByteBuffer.allocate(Integer.BYTES + records.length)
                        .putInt(step)
                        .put(records)
                        .array();
        frame('o', frame, frame.length);
    }

    /// The records, and the end of everything: from here on the steps may begin.
    void records(byte[] records) throws IOException {
        frame('r', records, records.length);
        frame('e', records, 0);
        out.flush();
    }

    private void frame(char kind, byte[] bytes, int length) throws IOException {
        byte[] frame =
                ByteBuffer.allocate(HEAD + length)
                        .put((byte) kind)
                        .putInt(length)
                        .put(bytes, 0, length)
                        .array();
        out.write(frame);
    }
}
