package io.slipway.engine.egress;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Ends with an error where more comes than is taken.
final class Capped extends FilterInputStream {
    private final long most;
    private long seen;

    Capped(InputStream in, long most) {
        super(in);
        this.most = most;
    }

    @Override
    public int read() throws IOException {
        int b = super.read();
        count(b < 0 ? 0 : 1);
        return b;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int n = super.read(bytes, offset, length);
        count(Math.max(0, n));
        return n;
    }

    private void count(int n) throws IOException {
        seen += n;
        if (seen > most) {
            throw new IOException("the answer is larger than " + most + " bytes");
        }
    }
}
