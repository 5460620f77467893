package io.slipway.engine.access;

/// A person or machine that is known here.
public record Principal(long id, String name, Kind kind) {
    /// What sort of principal.
    public enum Kind {
        /// Runs the instance; may do everything.
        OPERATOR,
        /// Somebody who pushes.
        PERSON,
        /// A program.
        MACHINE
    }
}
