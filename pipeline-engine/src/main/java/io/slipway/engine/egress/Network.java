package io.slipway.engine.egress;

import java.net.InetAddress;

/// A network in CIDR form.
///
/// @param address any in it
/// @param bits how many of it are the network's
/// @param meaning for people
record Network(InetAddress address, int bits, String meaning) {
    /// @throws IllegalArgumentException when the text is no network
    static Network of(String cidr, String meaning) {
        int slash = cidr.indexOf('/');
        InetAddress address = InetAddress.ofLiteral(slash < 0 ? cidr : cidr.substring(0, slash));
        int whole = address.getAddress().length * 8;
        int bits = slash < 0 ? whole : Integer.parseInt(cidr.substring(slash + 1));
        if (bits < 0 || bits > whole) {
            throw new IllegalArgumentException("a network has at most " + whole + " bits");
        }
        return new Network(address, bits, meaning);
    }

    boolean contains(InetAddress other) {
        byte[] mine = address.getAddress();
        byte[] its = other.getAddress();
        if (mine.length != its.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> (bit & 7);
            if ((mine[bit >> 3] & mask) != (its[bit >> 3] & mask)) {
                return false;
            }
        }
        return true;
    }
}
