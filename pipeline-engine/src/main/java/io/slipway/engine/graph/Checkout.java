package io.slipway.engine.graph;

/// What the workspace holds before the first step, `checkout`.
///
/// @param sources false for `none`: the workspace is empty
/// @param depth how many commits of the history; 0: all
public record Checkout(boolean sources, int depth, boolean submodules, boolean lfs) {
    /// What holds unless the file says otherwise.
    public static final Checkout DEFAULT = new Checkout(true, 1, false, false);

    /// An empty workspace.
    public static final Checkout NONE = new Checkout(false, 1, false, false);
}
