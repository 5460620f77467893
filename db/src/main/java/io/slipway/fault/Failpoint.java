package io.slipway.fault;

/// Told of every point at which something outside the process changes: commits, calls to the Docker
/// engine and to the switch, moves of git refs. The program does nothing there; tests cut it off.
@FunctionalInterface
public interface Failpoint {
    /// The only one that the program has.
    Failpoint NONE = (_, _) -> {};

    /// Where in a change.
    enum Moment {
        /// Nothing has been done yet.
        BEFORE,
        /// Everything is written in a transaction, which is not committed.
        WITHIN,
        /// It is done, and nothing of this process has seen that.
        AFTER
    }

    /// Comes when this point is reached; the change goes on when it returns.
    ///
    /// @param what is changed: `commit`, `POST /containers/create`
    void at(Moment moment, String what);
}
