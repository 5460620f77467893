package io.slipway.engine.step;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/// Makes one stream of what the containers of a job print: each step's own container belongs behind
/// the mark with which the job's container says that the step begins. The same stream comes of the
/// same containers, however often and in whichever pieces it is read.
public final class Splice {
    private static final byte FIRST = 0x1e;
    private static final int LONGEST = 128;

    private final List<Order.OwnContainer> own;
    private final ByteArrayOutputStream mark = new ByteArrayOutputStream();
    private boolean inMark;

    /// Takes the stream.
    @FunctionalInterface
    public interface Into {
        /// Takes the next bytes.
        void take(byte[] bytes, int offset, int length) throws IOException;
    }

    /// Gives what the container of a step has printed.
    @FunctionalInterface
    public interface Elsewhere {
        /// Copies all of it, waiting for its end.
        ///
        /// @throws IOException when it broke off: then the whole stream is to be read again
        void copy(Order.OwnContainer container) throws IOException;
    }

    /// For one reading of the job's container, from its first byte.
    public Splice(List<Order.OwnContainer> own) {
        this.own = own;
    }

    /// Takes what the job's container printed next.
    public void take(byte[] bytes, int offset, int length, Into into, Elsewhere elsewhere)
            throws IOException {
        int from = offset;
        int end = offset + length;
        for (int i = offset; i < end && !own.isEmpty(); i++) {
            if (bytes[i] == FIRST) {
                mark.reset();
                inMark = true;
            }
            if (!inMark) {
                continue;
            }
            mark.write(bytes[i]);
            if (bytes[i] == '\n' || mark.size() > LONGEST) {
                inMark = false;
                byte[] found = mark.toByteArray();
                for (Order.OwnContainer container : own) {
                    if (Arrays.equals(container.begins(), found)) {
                        into.take(bytes, from, i + 1 - from);
                        from = i + 1;
                        elsewhere.copy(container);
                    }
                }
            }
        }
        if (from < end) {
            into.take(bytes, from, end - from);
        }
    }
}
