package io.slipway.db;

/// Makes a record of a row.
@FunctionalInterface
public interface Mapper<T> {
    /// Reads what it needs from the row; the row is gone afterwards.
    T from(Row row);
}
