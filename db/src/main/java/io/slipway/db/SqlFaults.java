package io.slipway.db;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/// What an SQLException means. The states are those of PostgreSQL's manual, appendix A.
final class SqlFaults {
    private static final String DISK_FULL = "53100";

    /// Such as U+0000, which is a character of Java's and of JSON's and none of PostgreSQL's.
    private static final String NO_CHARACTER = "22021";

    private SqlFaults() {}

    static RuntimeException of(SQLException cause) {
        if (state(cause).startsWith("23")) {
            return new Conflict(constraint(cause), cause);
        }
        if (state(cause).equals(DISK_FULL)) {
            return new Fault(
                    Kind.UNAVAILABLE,
                    "cannot write to the database: its disk is full: " + firstLine(cause),
                    "free space where PostgreSQL keeps its data; Slipway goes on by itself",
                    cause);
        }
        if (state(cause).equals(NO_CHARACTER)) {
            return new Fault(
                    Kind.CONFIGURATION,
                    "cannot take the text: it has a character that no text may have",
                    "leave it out, such as U+0000",
                    cause);
        }
        if (away(cause)) {
            return new Fault(
                    Kind.UNAVAILABLE,
                    "cannot reach the database: " + firstLine(cause),
                    "check that PostgreSQL runs and takes connections",
                    cause);
        }
        return new Fault(
                Kind.INTERNAL,
                "cannot use the database: " + firstLine(cause),
                "report this with the server's log",
                cause);
    }

    /// Whether the same work may succeed when it is done again: a serialization failure or a
    /// deadlock, which PostgreSQL ends by refusing one of both.
    static boolean mayBeRepeated(Throwable thrown) {
        for (Throwable at = thrown; at != null; at = at.getCause()) {
            if (at instanceof SQLException cause) {
                return state(cause).equals("40001") || state(cause).equals("40P01");
            }
        }
        return false;
    }

    /// Connections that break (08), a server that ends or starts (57P0), wants for memory, room or
    /// connections (53) or cannot read or write its files (58), and the end of a transaction in
    /// which this process said nothing (25P03): none of it says anything about what was asked.
    static boolean away(SQLException cause) {
        String state = state(cause);
        return state.startsWith("08")
                || state.startsWith("57P0")
                || state.startsWith("53")
                || state.startsWith("58")
                || state.equals("25P03")
                || cause instanceof SQLTransientConnectionException;
    }

    static String firstLine(Throwable cause) {
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    }

    private static String state(SQLException cause) {
        return cause.getSQLState() == null ? "" : cause.getSQLState();
    }

    private static String constraint(SQLException cause) {
        @Nullable ServerErrorMessage message =
                cause instanceof PSQLException known ? known.getServerErrorMessage() : null;
        String name = message == null ? null : message.getConstraint();
        return name == null ? "not null" : name;
    }
}
