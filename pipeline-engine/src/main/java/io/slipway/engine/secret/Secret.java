package io.slipway.engine.secret;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/// A value that must not be seen. It prints as `[secret]`, in logs and messages alike.
public final class Secret {
    private final String value;

    private Secret(String value) {
        this.value = value;
    }

    /// Hides the value.
    public static Secret of(String value) {
        return new Secret(value);
    }

    /// The value itself: for where it is used, and nowhere else.
    public String reveal() {
        return value;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Secret that && MessageDigest.isEqual(bytes(), that.bytes());
    }

    private byte[] bytes() {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
