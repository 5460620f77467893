package io.slipway.engine.release;

import io.slipway.db.Tx;

import org.jspecify.annotations.Nullable;

/// Rollouts that no push starts: each is a run of one job, so it is claimed, fenced, logged and
/// shown like any other work.
public interface RolloutRuns {
    /// Rolls the live release out again.
    void restart(Tx tx, Placement placement, @Nullable Long principalId, String cause);
}
