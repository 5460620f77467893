package io.slipway.engine.remote;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// What a git server says, as packets of git's: all that is no pack, refs and messages among it, is
/// kept in memory by whoever reads it, so it is limited by itself.
final class Chatter extends FilterInputStream {
    private static final int LENGTH_DIGITS = 4;
    private static final int PACK_BAND = 1;

    private final long most;
    private long said;
    private int digits;
    private int length;
    private int left;
    private boolean band;
    private boolean pack;
    private boolean raw;

    /// @param most bytes that are no pack
    Chatter(InputStream in, long most) {
        super(in);
        this.most = most;
    }

    @Override
    public int read() throws IOException {
        int b = super.read();
        if (b >= 0) {
            take(b);
        }
        return b;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
        int n = super.read(bytes, offset, count);
        int i = 0;
        while (i < n && !raw) {
            if (left > 0 && pack) {
                int skipped = Math.min(left, n - i);
                left -= skipped;
                i += skipped;
            } else {
                take(bytes[offset + i] & 0xff);
                i++;
            }
        }
        return n;
    }

    @Override
    public long skip(long count) throws IOException {
        byte[] skipped = new byte[(int) Math.min(count, 8192)];
        return Math.max(0, read(skipped, 0, skipped.length));
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void take(int b) throws IOException {
        if (raw) {
            return;
        }
        if (left == 0) {
            lengthDigit(b);
        } else if (band) {
            band = false;
            pack = b == PACK_BAND;
            left--;
        } else {
            left--;
            if (pack) {
                return;
            }
        }
        if (++said > most) {
            throw new IOException(
                    "the server says more than " + most + " bytes beside its commits");
        }
    }

    private void lengthDigit(int b) {
        if (digits == 0 && b == 'P') {
            // A pack without bands: it goes on to the end.
            raw = true;
            return;
        }
        length = length * 16 + Math.max(0, Character.digit(b, 16));
        if (++digits == LENGTH_DIGITS) {
            left = Math.max(0, length - LENGTH_DIGITS);
            band = left > 0;
            pack = false;
            digits = 0;
            length = 0;
        }
    }
}
