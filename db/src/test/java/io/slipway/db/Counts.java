package io.slipway.db;

import java.util.List;

/// Reads numbers for assertions.
public final class Counts {
    private Counts() {}

    /// The column `n` of every row.
    public static List<Long> numbers(Database database, String sql, Object... arguments) {
        return database.read(tx -> tx.query(sql, row -> row.number("n"), arguments));
    }

    /// The column `n` of the one row.
    public static long number(Database database, String sql, Object... arguments) {
        return numbers(database, sql, arguments).getFirst();
    }
}
