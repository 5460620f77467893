package io.slipway.engine.log;

import com.github.luben.zstd.Zstd;

import java.util.Arrays;

/// How chunks are kept: zstd, at the level that costs least.
final class Compression {
    private static final int LEVEL = 1;

    private Compression() {}

    static byte[] compress(byte[] bytes, int offset, int length) {
        byte[] into = new byte[(int) Zstd.compressBound(length)];
        long size = Zstd.compressByteArray(into, 0, into.length, bytes, offset, length, LEVEL);
        return Arrays.copyOf(into, (int) size);
    }

    /// @param size of the bytes before they were compressed
    static byte[] decompress(byte[] compressed, int size) {
        byte[] bytes = new byte[size];
        long found = Zstd.decompress(bytes, compressed);
        if (found != size) {
            throw new IllegalStateException(
                    "a log chunk of " + size + " bytes holds " + found + " bytes");
        }
        return bytes;
    }
}
