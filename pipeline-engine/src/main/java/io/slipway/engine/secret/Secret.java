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

    /// Hides what somebody gave as the value of a name, by the rules of what is set for a project.
    ///
    /// @throws io.slipway.fault.Fault CONFIGURATION
    public static Secret named(String name, String value) {
        ValueName.check(name, value, true);
        return of(value);
    }

    /// Refuses what can't be the name of a secret.
    ///
    /// @throws io.slipway.fault.Fault CONFIGURATION
    public static void checkName(String name) {
        ValueName.check(name, true);
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
