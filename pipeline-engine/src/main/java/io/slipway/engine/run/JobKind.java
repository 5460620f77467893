package io.slipway.engine.run;

/// What a job is for.
public enum JobKind {
    /// It checks something, in a container.
    CHECK,
    /// It builds an image.
    IMAGE,
    /// It brings a release into an environment.
    ROLLOUT
}
