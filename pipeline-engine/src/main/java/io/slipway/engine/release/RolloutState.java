package io.slipway.engine.release;

/// How far a rollout has come.
public enum RolloutState {
    /// Its container is being started.
    STARTING,
    /// Its container is being asked for its health.
    CHECKING,
    /// The new release is the one that serves; from here on the rollout only goes forward.
    SWITCHING,
    /// It has not moved traffic and will not: outcome and cause are written, and what it made is
    /// being taken away.
    UNDOING,
    /// It has a verdict.
    ENDED
}
