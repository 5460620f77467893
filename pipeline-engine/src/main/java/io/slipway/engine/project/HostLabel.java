package io.slipway.engine.project;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// One label of a host name. DNS allows 63 characters (RFC 1035, 2.3.4).
public final class HostLabel {
    private static final int LONGEST = 63;
    private static final int KEPT = 54;
    private static final int DIGEST_BYTES = 4;

    private HostLabel() {}

    /// The text itself, or when it is too long its first 54 characters, `-` and 8 hexadecimal
    /// digits of its SHA-256: always the same for the same text.
    ///
    /// @param text of `[-a-z0-9]`
    public static String of(String text) {
        if (text.length() <= LONGEST) {
            return text;
        }
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.US_ASCII));
            return text.substring(0, KEPT)
                    + "-"
                    + HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
