package io.slipway.engine.forge;

import java.util.List;

/// What a request presents to show that it comes from who knows the hook's secret.
public sealed interface Proof {
    /// HMAC-SHA256 over `before` and the raw body, keyed with the secret.
    ///
    /// @param before what is signed in front of the body; empty for most
    /// @param macs 32 bytes each; one of them has to be it
    record Mac(byte[] before, List<byte[]> macs) implements Proof {}

    /// The secret itself.
    record Token(byte[] token) implements Proof {}
}
