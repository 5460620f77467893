package io.slipway.engine.access;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/// A token as its owner holds it. It is stored nowhere but as its SHA-256, which needs no salt and
/// no slowness since the text has 256 random bits.
public final class TokenText {
    private static final String PREFIX = "slw_";
    private static final int SHOWN = 8;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String text;

    private TokenText(String text) {
        this.text = text;
    }

    /// A new one: `slw_` and 43 characters of base64url.
    public static TokenText random() {
        byte[] random = new byte[32];
        RANDOM.nextBytes(random);
        return new TokenText(
                PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random));
    }

    /// What a caller presents, or an operator chose.
    public static TokenText of(String text) {
        return new TokenText(text);
    }

    /// The text itself: for its owner's eyes only.
    public String reveal() {
        return text;
    }

    /// The first characters, by which its owner recognises it.
    String shown() {
        return text.startsWith(PREFIX) ? text.substring(0, Math.min(SHOWN, text.length())) : "";
    }

    /// By which it is found again.
    public byte[] sha256() {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TokenText that && MessageDigest.isEqual(sha256(), that.sha256());
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
