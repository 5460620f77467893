package io.slipway.engine.egress;

import java.io.InputStream;
import java.time.Duration;

/// How much of an answer is taken.
///
/// @param time from the first to the last byte, redirects included
/// @param bytes of the answer's body
/// @param redirects how many are followed; of a request that changes something none is
public record Limits(Duration time, long bytes, int redirects) {
    /// For answers of a forge's API.
    public static final Limits API = new Limits(Duration.ofSeconds(30), 8L << 20, 5);

    /// A stream that ends with an error where more comes than is taken.
    public InputStream over(InputStream in) {
        return new Capped(in, bytes);
    }
}
