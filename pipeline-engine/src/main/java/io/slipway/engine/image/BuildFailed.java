package io.slipway.engine.image;

import org.jspecify.annotations.Nullable;

/// The Dockerfile, or a command in it, said no. That is an outcome, not a fault.
public final class BuildFailed extends Exception {
    private static final long serialVersionUID = 1L;

    private final int line;
    private final @Nullable Integer exitCode;

    /// @param message the builder's own words
    /// @param line of the Dockerfile, from 1; 0 when not known
    /// @param exitCode of the command that failed; null when none did
    public BuildFailed(String message, int line, @Nullable Integer exitCode) {
        super(message);
        this.line = line;
        this.exitCode = exitCode;
    }

    /// Line of the Dockerfile, from 1; 0 when not known.
    public int line() {
        return line;
    }

    /// Exit code of the command that failed; null when none did.
    public @Nullable Integer exitCode() {
        return exitCode;
    }
}
