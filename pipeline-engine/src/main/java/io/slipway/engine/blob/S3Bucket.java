package io.slipway.engine.blob;

import io.slipway.engine.secret.Secret;

import org.jspecify.annotations.Nullable;

import java.net.URI;

/// A bucket of a server that speaks S3.
///
/// @param endpoint scheme and host; null: Amazon's own
/// @param name of the bucket, which is there
/// @param prefix what stands before every name in it; empty, or with `/` at its end
/// @param pathStyle whether the bucket's name stands in the path rather than in the host
/// @param keys null: found as Amazon's own tools find them
public record S3Bucket(
        @Nullable URI endpoint,
        String name,
        String region,
        String prefix,
        boolean pathStyle,
        @Nullable Keys keys) {
    /// What proves who asks.
    public record Keys(String access, Secret secret) {}
}
