package io.slipway.engine.graph;

/// What runs a step's script.
public enum Shell {
    /// `sh -e`.
    SH,
    /// `bash -eo pipefail`.
    BASH
}
