package io.slipway.engine.inbox;

import io.slipway.engine.forge.Forge;
import io.slipway.engine.forge.ForgeEvent;

import java.util.List;
import java.util.Map;

/// What arrived at a hook, proved and read.
///
/// @param forgeId the forge's name of it; may be empty
/// @param headers what may be kept of them
/// @param body its beginning
/// @param size of the whole body, bytes
/// @param digest SHA-256 of the whole body
public record Arrival(
        Hook hook,
        String forgeId,
        Map<String, String> headers,
        byte[] body,
        long size,
        byte[] digest,
        Forge.Reading reading) {
    /// Whether a forge only looks whether somebody is there, and names no repository with it.
    boolean isBarePing() {
        return reading.repository().isEmpty()
                && reading.events().equals(List.of(new ForgeEvent.Ping()));
    }
}
