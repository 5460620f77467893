package io.slipway.fault;

import org.jspecify.annotations.Nullable;

/// Something could not be done. It is made where the cause is known and turned into an answer once,
/// at the edge. The message reads *what could not be done: why*; the remedy is an imperative.
public final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;
    private final String remedy;

    /// Whose fault it is, and so what to do about it.
    public enum Kind {
        /// What was asked for is not there. Answered with 404.
        NOT_FOUND,
        /// The user wrote something that can't be done. Answered with 400.
        CONFIGURATION,
        /// The user may not do this. Answered with 403.
        PERMISSION,
        /// What was asked for contradicts the present state. Answered with 409.
        CONFLICT,
        /// Something outside did not answer; trying again may help. Answered with 503.
        UNAVAILABLE,
        /// A mistake of Slipway's own. Answered with 500.
        INTERNAL
    }

    /// @param message what could not be done, a colon, and why
    /// @param remedy what to do, as an imperative; may be empty where nothing can be done
    public Fault(Kind kind, String message, String remedy) {
        this(kind, message, remedy, null);
    }

    /// @param cause what was caught, if anything was
    public Fault(Kind kind, String message, String remedy, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.remedy = remedy;
    }

    /// Whose fault it is.
    public Kind kind() {
        return kind;
    }

    /// What to do, as an imperative; empty where nothing can be done.
    public String remedy() {
        return remedy;
    }

    /// The text: what, why and what to do.
    public String message() {
        return String.valueOf(getMessage());
    }
}
