package io.slipway.engine.forge;

/// Who made a forge send something, in the forge's own words. Nothing is permitted by it.
///
/// @param id the forge's own, which nobody can choose; empty when it was not told
/// @param login for people; empty when it was not told
/// @param again whether a person of Slipway's had it handled once more: what was handled before is
///   started again
public record Sender(String id, String login, boolean again) {
    /// Nobody was named.
    public static final Sender UNKNOWN = new Sender("", "");

    /// One that the forge itself sent.
    public Sender(String id, String login) {
        this(id, login, false);
    }
}
