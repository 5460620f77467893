package io.slipway.engine.run;

/// A write was refused because a higher fence exists: somebody else owns the attempt. The holder
/// lets go and touches nothing more.
public final class ClaimLost extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param attempt whose claim was lost
    public ClaimLost(AttemptName attempt) {
        super("the claim of " + attempt + " was lost: another server holds a higher fence");
    }
}
