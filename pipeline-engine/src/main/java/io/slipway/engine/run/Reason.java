package io.slipway.engine.run;

/// Why an attempt ended as it did: a closed list.
public enum Reason {
    /// Everything ended with exit status 0.
    DONE,
    /// A step, or the app's container, ended with another exit status.
    EXIT_CODE,
    /// The container's memory limit was reached.
    OUT_OF_MEMORY,
    /// A service beside the steps did not get ready, or ended while they ran.
    SERVICE,
    /// It ran longer than its time limit.
    TIMEOUT,
    /// An image could not be had.
    IMAGE_PULL,
    /// The definition, or the Dockerfile, is wrong.
    DEFINITION,
    /// The Dockerfile's build ended with an error of its own.
    IMAGE_BUILD,
    /// A new release did not become healthy.
    UNHEALTHY,
    /// A secret has no value.
    MISSING_SECRET,
    /// The image cannot run on the target.
    CANNOT_RUN,
    /// The engine or the container went away.
    RUNNER_LOST,
    /// The runner took it away for want of room.
    EVICTED,
    /// Somebody cancelled it.
    CANCELLED,
    /// A newer run took its place.
    SUPERSEDED,
    /// Nobody agreed to it in time, or somebody said no.
    APPROVAL,
    /// What it needs did not pass.
    NEEDS,
    /// A condition of `when` did not hold.
    CONDITION,
    /// A mistake of Slipway's own.
    INTERNAL
}
