package io.slipway.engine.release;

/// How far a rollout has come.
public enum RolloutState {
    /// Its container is being started.
    STARTING,
    /// Its container is being asked for its health.
    CHECKING,
    /// It is healthy; from here on the rollout only goes forward.
    SWITCHING,
    /// The new release serves; what the old one still answers is waited for.
    DRAINING,
    /// It has a verdict.
    ENDED
}
