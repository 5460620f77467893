package io.slipway.engine.run;

/// Where a job, an attempt or a step is on its way.
public enum JobState {
    /// Something else must happen first.
    WAITING,
    /// It may run and waits for its turn.
    QUEUED,
    /// Somebody drives it.
    RUNNING,
    /// It is over, with an outcome.
    ENDED
}
