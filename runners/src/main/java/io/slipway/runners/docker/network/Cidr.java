package io.slipway.runners.docker.network;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/// A range of IPv4 addresses.
///
/// @param first its lowest address, as a number
/// @param prefix how many bits are fixed, 0 to 32
record Cidr(long first, int prefix) {
    private static final int BITS = 32;

    /// @throws IllegalArgumentException when it is not written like `10.201.0.0/16`
    static Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}")) {
            throw new IllegalArgumentException("'" + text + "' is not written like 10.201.0.0/16");
        }
        int prefix = Integer.parseInt(text.substring(slash + 1));
        long address = 0;
        for (String part : text.substring(0, slash).split("\\.")) {
            int value = Integer.parseInt(part);
            if (value > 255 || prefix > BITS) {
                throw new IllegalArgumentException("'" + text + "' is no range of addresses");
            }
            address = address << 8 | value;
        }
        return of(address, prefix);
    }

    /// The range of that size that holds an address.
    static Cidr of(long address, int prefix) {
        return new Cidr(address & -(1L << (BITS - prefix)), prefix);
    }

    static Cidr of(InetAddress address, int prefix) {
        if (!(address instanceof Inet4Address)) {
            throw new IllegalArgumentException(address + " is not an IPv4 address");
        }
        return of(ByteBuffer.wrap(address.getAddress()).getInt() & 0xffffffffL, prefix);
    }

    /// How many ranges of a size it holds.
    long count(int ofPrefix) {
        return ofPrefix < prefix ? 0 : 1L << (ofPrefix - prefix);
    }

    /// The range of a size at a position in it.
    Cidr part(int ofPrefix, long position) {
        return new Cidr(first + (position << (BITS - ofPrefix)), ofPrefix);
    }

    boolean overlaps(Cidr other) {
        return of(first, Math.min(prefix, other.prefix)).first
                == of(other.first, Math.min(prefix, other.prefix)).first;
    }

    @Override
    public String toString() {
        return "%d.%d.%d.%d/%d"
                .formatted(first >> 24, first >> 16 & 255, first >> 8 & 255, first & 255, prefix);
    }
}
