package io.slipway.engine.blob;

import io.slipway.fault.Fault;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// The name of bytes: their SHA-256.
///
/// @param hex 64 lower-case hexadecimal digits
public record Digest(String hex) {
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
    private static final String PREFIX = "sha256:";

    public Digest {
        if (!HEX.matcher(hex).matches()) {
            throw refused();
        }
    }

    /// Reads `sha256:...`.
    ///
    /// @throws Fault CONFIGURATION for anything else
    public static Digest parse(String text) {
        if (!text.startsWith(PREFIX)) {
            throw refused();
        }
        return new Digest(text.substring(PREFIX.length()));
    }

    /// Whether [#parse] takes it.
    public static boolean fits(String text) {
        return text.startsWith(PREFIX) && HEX.matcher(text.substring(PREFIX.length())).matches();
    }

    /// The digest of these bytes.
    public static Digest of(byte[] bytes) {
        return ofSha256(sha256().digest(bytes));
    }

    static Digest ofSha256(byte[] sha256) {
        return new Digest(HexFormat.of().formatHex(sha256));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Fault refused() {
        return new Fault(
                Fault.Kind.CONFIGURATION,
                "cannot take the digest: it is not sha256: and 64 hexadecimal digits",
                "write it as sha256:...");
    }

    @Override
    public String toString() {
        return PREFIX + hex;
    }
}
