package io.slipway.engine.image;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Gives a limited number of bytes and tells whether there were more.
final class CappedStream extends FilterInputStream {
    private long left;
    private boolean cut;

    /// @param most bytes that are given; none when negative
    CappedStream(InputStream in, long most) {
        super(in);
        this.left = most;
    }

    /// Whether bytes were left out.
    boolean cut() {
        return cut;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int n = super.read(bytes, offset, length);
        if (n > left) {
            cut = true;
            return -1;
        }
        left -= Math.max(0, n);
        return n;
    }
}
