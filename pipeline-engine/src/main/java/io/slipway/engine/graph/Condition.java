package io.slipway.engine.graph;

/// What must have happened before for something to run.
public enum Condition {
    /// Nothing has failed.
    SUCCESS,
    /// Something has failed.
    FAILURE,
    /// Whatever has happened.
    ALWAYS
}
