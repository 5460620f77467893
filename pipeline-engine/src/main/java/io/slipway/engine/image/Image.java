package io.slipway.engine.image;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/// An image that a run built.
///
/// @param runId null when the run is gone
/// @param repository `[group/]project/app`; never with a registry's host
/// @param digest of the manifest in the registry, `sha256:...`
/// @param engineId content id in the engine that built it, `sha256:...`
/// @param platform such as `linux/amd64`
/// @param size bytes of all layers, as the engine counts them
public record Image(
        long id,
        long projectId,
        String app,
        @Nullable Long runId,
        String repository,
        String digest,
        String engineId,
        String platform,
        long size,
        Config config,
        String commit,
        Instant createdAt) {

    /// What the image says of itself.
    ///
    /// @param ports that EXPOSE names
    /// @param user that it runs as; empty for root
    /// @param command entry point and command
    public record Config(List<Integer> ports, String user, List<String> command) {}
}
