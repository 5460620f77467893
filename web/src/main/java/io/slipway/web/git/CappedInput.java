package io.slipway.web.git;

import io.slipway.fault.Fault;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Refuses to give more than so many bytes.
final class CappedInput extends FilterInputStream {
    private long left;

    CappedInput(InputStream in, long most) {
        super(in);
        this.left = most;
    }

    @Override
    public int read() throws IOException {
        int value = super.read();
        if (value >= 0) {
            count(1);
        }
        return value;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = super.read(bytes, offset, length);
        if (count > 0) {
            count(count);
        }
        return count;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void count(int bytes) {
        left -= bytes;
        if (left < 0) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION, "cannot answer: the request is too large", "");
        }
    }
}
