package io.slipway.runners.buildkit;

import java.util.Arrays;

/// Reads the fields of one protobuf message in their order. A field is read or skipped before the
/// next.
final class ProtoReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;

    private final byte[] bytes;
    private final int end;
    private int at;
    private int tag;

    ProtoReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private ProtoReader(byte[] bytes, int at, int end) {
        this.bytes = bytes;
        this.at = at;
        this.end = end;
    }

    /// Goes to the next field.
    ///
    /// @return false at the message's end
    boolean next() {
        if (at >= end) {
            return false;
        }
        tag = (int) varint();
        return true;
    }

    int field() {
        return tag >>> 3;
    }

    long number() {
        expect(VARINT);
        return varint();
    }

    byte[] bytes() {
        int from = begin();
        return Arrays.copyOfRange(bytes, from, at);
    }

    ProtoReader message() {
        int from = begin();
        return new ProtoReader(bytes, from, at);
    }

    void skip() {
        switch (tag & 7) {
            case VARINT -> varint();
            case FIXED64 -> advance(8);
            case LENGTH -> begin();
            case FIXED32 -> advance(4);
            default -> throw new IllegalArgumentException("no such wire type: " + (tag & 7));
        }
    }

    private int begin() {
        expect(LENGTH);
        long length = varint();
        int from = at;
        advance(length);
        return from;
    }

    private void advance(long count) {
        if (count < 0 || count > end - at) {
            throw new IllegalArgumentException("the message is cut");
        }
        at += (int) count;
    }

    private void expect(int type) {
        if ((tag & 7) != type) {
            throw new IllegalArgumentException("field " + field() + " has another type");
        }
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at >= end) {
                throw new IllegalArgumentException("the message is cut");
            }
            byte b = bytes[at++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number is too long");
    }
}
