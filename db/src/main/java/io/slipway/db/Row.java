package io.slipway.db;

import org.jspecify.annotations.Nullable;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;

/// One row of a result, read by column name. A column that is null is refused by every method whose
/// name does not say `OrNull`.
public final class Row {
    private final ResultSet result;

    Row(ResultSet result) {
        this.result = result;
    }

    public String text(String column) {
        return present(column, textOrNull(column));
    }

    public @Nullable String textOrNull(String column) {
        return read(() -> result.getString(column));
    }

    /// A column of type int2, int4 or int8.
    public long number(String column) {
        return present(column, numberOrNull(column));
    }

    public @Nullable Long numberOrNull(String column) {
        return read(
                () -> {
                    long number = result.getLong(column);
                    return result.wasNull() ? null : number;
                });
    }

    /// A number that fits an int.
    public int integer(String column) {
        return Math.toIntExact(number(column));
    }

    public @Nullable Integer integerOrNull(String column) {
        Long number = numberOrNull(column);
        return number == null ? null : Math.toIntExact(number);
    }

    public boolean flag(String column) {
        return present(column, flagOrNull(column));
    }

    public @Nullable Boolean flagOrNull(String column) {
        return read(() -> result.getObject(column, Boolean.class));
    }

    public Instant instant(String column) {
        return present(column, instantOrNull(column));
    }

    public @Nullable Instant instantOrNull(String column) {
        OffsetDateTime time = read(() -> result.getObject(column, OffsetDateTime.class));
        return time == null ? null : time.toInstant();
    }

    public UUID uuid(String column) {
        return present(column, uuidOrNull(column));
    }

    public @Nullable UUID uuidOrNull(String column) {
        return read(() -> result.getObject(column, UUID.class));
    }

    public byte[] bytes(String column) {
        return present(column, bytesOrNull(column));
    }

    public byte @Nullable [] bytesOrNull(String column) {
        return read(() -> result.getBytes(column));
    }

    /// A column of type text[].
    public List<String> texts(String column) {
        Array array = present(column, read(() -> result.getArray(column)));
        return List.of(present(column, read(() -> (String[]) array.getArray())));
    }

    /// The text of a jsonb column.
    public String json(String column) {
        return text(column);
    }

    /// The text of a jsonb column.
    public @Nullable String jsonOrNull(String column) {
        return textOrNull(column);
    }

    /// The constant that the column names: lower case, with hyphens for underscores.
    public <E extends Enum<E>> E choice(String column, Class<E> type) {
        return present(column, choiceOrNull(column, type));
    }

    public <E extends Enum<E>> @Nullable E choiceOrNull(String column, Class<E> type) {
        String name = textOrNull(column);
        return name == null
                ? null
                : Enum.valueOf(type, name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    private static <T> T present(String column, @Nullable T value) {
        return Objects.requireNonNull(value, () -> "the column " + column + " is null");
    }

    private static <T> @Nullable T read(Read<T> read) {
        try {
            return read.value();
        } catch (SQLException e) {
            throw SqlFaults.of(e);
        }
    }

    @FunctionalInterface
    private interface Read<T> {
        @Nullable T value() throws SQLException;
    }
}
