package io.slipway.db;

import java.sql.SQLException;

/// A row would have broken a constraint: unique, foreign key, check or exclusion. The transaction
/// it happened in can do nothing more.
public final class Conflict extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String constraint;

    Conflict(String constraint, SQLException cause) {
        super("the database refuses the change: it breaks " + constraint, cause);
        this.constraint = constraint;
    }

    /// The name of the constraint, as the schema gives it.
    public String constraint() {
        return constraint;
    }

    /// Whether this is the constraint of that name.
    public boolean of(String name) {
        return constraint.equals(name);
    }
}
