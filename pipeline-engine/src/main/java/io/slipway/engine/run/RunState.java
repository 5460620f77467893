package io.slipway.engine.run;

/// Where a run is on its way.
public enum RunState {
    /// Some job has not ended.
    RUNNING,
    /// Every job has ended; what follows (the branch's move) is being done.
    FINISHING,
    /// All is done and told.
    ENDED
}
