package io.slipway.engine.account;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;

/// Keys as places in tables of one fixed size, so that no number of keys takes more memory. Which
/// keys share a place nobody outside can tell.
final class Cells {
    /// How many places there are.
    static final int COUNT = 1 << 15;

    private static final int NETWORK = 8;

    private final byte[] salt = new byte[16];

    Cells() {
        new SecureRandom().nextBytes(salt);
    }

    /// @param index of the place
    /// @param mark by which a key is known among those of its place; never 0
    record Cell(int index, long mark) {}

    /// @param rest of the key; may be empty
    Cell of(String key, byte... rest) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(salt);
            digest.update(key.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            digest.update(rest);
            ByteBuffer hash = ByteBuffer.wrap(digest.digest());
            int index = Math.floorMod(hash.getInt(), COUNT);
            long mark = hash.getLong();
            return new Cell(index, mark == 0 ? 1 : mark);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Whom an address belongs to: of IPv6 somebody has at least 64 bits for itself.
    static String network(String address) {
        if (address.indexOf(':') < 0) {
            return address;
        }
        try {
            InetAddress parsed = InetAddress.ofLiteral(address);
            return parsed instanceof Inet6Address
                    ? HexFormat.of().formatHex(parsed.getAddress(), 0, NETWORK) + "/64"
                    : parsed.getHostAddress();
        } catch (IllegalArgumentException e) {
            return address;
        }
    }
}
