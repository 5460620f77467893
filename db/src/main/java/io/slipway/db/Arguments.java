package io.slipway.db;

import org.jspecify.annotations.Nullable;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/// Puts the arguments of a statement into its places.
final class Arguments {
    private Arguments() {}

    static void bind(PreparedStatement statement, @Nullable Object[] arguments)
            throws SQLException {
        for (int i = 0; i < arguments.length; i++) {
            bind(statement, i + 1, arguments[i]);
        }
    }

    private static void bind(PreparedStatement to, int at, @Nullable Object value)
            throws SQLException {
        switch (value) {
            case null -> to.setNull(at, Types.NULL);
            case Optional<?> optional -> bind(to, at, optional.isPresent() ? optional.get() : null);
            case String text -> to.setString(at, text);
            case Long number -> to.setLong(at, number);
            case Integer number -> to.setInt(at, number);
            case Double number -> to.setDouble(at, number);
            case Boolean flag -> to.setBoolean(at, flag);
            case Instant time -> to.setObject(at, time.atOffset(ZoneOffset.UTC));
            case UUID id -> to.setObject(at, id);
            case byte[] bytes -> to.setBytes(at, bytes);
            case String[] texts -> array(to, at, "text", texts);
            case Long[] numbers -> array(to, at, "int8", numbers);
            case Enum<?> choice -> to.setString(at, name(choice));
            case Json json -> to.setObject(at, json.text(), Types.OTHER);
            default ->
                    throw new IllegalArgumentException(
                            "a " + value.getClass().getName() + " cannot be an argument");
        }
    }

    private static String name(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static void array(PreparedStatement to, int at, String type, Object[] values)
            throws SQLException {
        to.setArray(at, to.getConnection().createArrayOf(type, values));
    }
}
