package io.slipway.db;

/// What is done in one transaction and has no result; see [Work].
@FunctionalInterface
public interface VoidWork {
    /// Does it.
    void in(Tx tx);
}
