package io.slipway.engine.access;

/// What may be done. A token's scopes are rights, so they can only narrow what its principal may.
public enum Right {
    /// Sees a project: sources, runs, logs, releases, images, names of secrets.
    READ,
    /// Pushes to a project's repository and registry.
    PUSH,
    /// Makes a project.
    CREATE_PROJECT,
    /// Starts, retries and cancels runs.
    RUN,
    /// Rolls releases out and back, restarts and stops apps.
    ROLL_OUT,
    /// Changes a project's configuration, secrets and settings.
    CONFIGURE,
    /// Says who is what in a project.
    ADMINISTER,
    /// Changes the instance: runners, targets, principals.
    OPERATE
}
