package io.slipway.engine.forge;

/// Who made a forge send something, in the forge's own words. Nothing is permitted by it.
///
/// @param id the forge's own, which nobody can choose; empty when it was not told
/// @param login for people; empty when it was not told
public record Sender(String id, String login) {
    /// Nobody was named.
    public static final Sender UNKNOWN = new Sender("", "");
}
