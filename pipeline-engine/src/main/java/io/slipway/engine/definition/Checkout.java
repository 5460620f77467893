package io.slipway.engine.definition;

/// What the workspace holds before the first step, `checkout`.
///
/// @param sources false for `none`: the workspace is empty
/// @param depth how many commits of the history; 0: all
public record Checkout(boolean sources, int depth, boolean submodules, boolean lfs) {
    static final Checkout NONE = new Checkout(false, 1, false, false);
}
