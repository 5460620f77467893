package io.slipway.db;

import org.jspecify.annotations.Nullable;

/// What is done in one transaction. It may be run again from its start when it collides with
/// another transaction, so it changes nothing outside the database: that belongs into
/// [Tx#afterCommit].
@FunctionalInterface
public interface Work<T extends @Nullable Object> {
    /// Does it and returns the result.
    T in(Tx tx);
}
