package io.slipway.engine.route;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// A JSON object as names and values, read and written without data binding: the switch, which has
/// to live with little memory, needs no more of JSON than this.
///
/// @param values texts, numbers, booleans, lists, maps and `null`
public record PlainJson(Map<String, @Nullable Object> values) {
    private static final JsonFactory FACTORY = new JsonFactory();

    /// @throws Fault CONFIGURATION when the text is no JSON object
    public static PlainJson parse(byte[] json) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            parser.nextToken();
            if (value(parser) instanceof Map<?, ?> map && parser.nextToken() == null) {
                return of(map);
            }
            throw refused("it is no object");
        } catch (JacksonException e) {
            throw refused(String.valueOf(e.getOriginalMessage()));
        }
    }

    /// @param value texts, numbers, booleans, lists, maps and `null`
    public static byte[] write(Map<String, ? extends @Nullable Object> value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            write(generator, value);
        }
        return out.toByteArray();
    }

    /// @throws Fault CONFIGURATION when there is no such text
    public String text(String name) {
        if (values.get(name) instanceof String text) {
            return text;
        }
        throw refused("'" + name + "' is no text");
    }

    /// As [#text(String)], or `null` when it is absent.
    public @Nullable String textOrNull(String name) {
        return values.get(name) == null ? null : text(name);
    }

    /// @throws Fault CONFIGURATION when there is no such whole number
    public long number(String name) {
        if (values.get(name) instanceof Long number) {
            return number;
        }
        throw refused("'" + name + "' is no whole number");
    }

    /// As [#number(String)] within the range of a port, or `null` when it is absent.
    public @Nullable Integer portOrNull(String name) {
        return values.get(name) == null ? null : port(name);
    }

    /// @throws Fault CONFIGURATION when there is no such port
    public int port(String name) {
        long port = number(name);
        if (port < 1 || port > 65535) {
            throw refused(port + " is no port");
        }
        return (int) port;
    }

    /// The texts of a list; none when it is absent.
    public List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        if (values.get(name) instanceof List<?> list) {
            for (Object item : list) {
                if (!(item instanceof String text)) {
                    throw refused("'" + name + "' is no list of texts");
                }
                texts.add(text);
            }
        }
        return texts;
    }

    /// The objects of an object, by name; none when it is absent.
    public <T> Map<String, T> objects(String name, Function<PlainJson, T> read) {
        Map<String, T> objects = new LinkedHashMap<>();
        if (values.get(name) instanceof Map<?, ?> map) {
            map.forEach(
                    (key, value) -> {
                        if (!(value instanceof Map<?, ?> inner)) {
                            throw refused("'" + key + "' is no object");
                        }
                        objects.put(String.valueOf(key), read.apply(of(inner)));
                    });
        }
        return objects;
    }

    /// An object, or `null` when it is absent.
    public @Nullable PlainJson object(String name) {
        return values.get(name) instanceof Map<?, ?> map ? of(map) : null;
    }

    private static PlainJson of(Map<?, ?> map) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        map.forEach((key, value) -> values.put(String.valueOf(key), value));
        return new PlainJson(values);
    }

    private static @Nullable Object value(JsonParser parser) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> object = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    object.put(name, value(parser));
                }
                yield object;
            }
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                yield list;
            }
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case null, default -> throw refused("there is " + parser.currentToken());
        };
    }

    private static void write(JsonGenerator generator, @Nullable Object value) {
        switch (value) {
            case null -> generator.writeNull();
            case String text -> generator.writeString(text);
            case Boolean flag -> generator.writeBoolean(flag);
            case Number number -> generator.writeNumber(number.longValue());
            case Iterable<?> list -> {
                generator.writeStartArray();
                list.forEach(item -> write(generator, item));
                generator.writeEndArray();
            }
            case Map<?, ?> map -> {
                generator.writeStartObject();
                map.forEach(
                        (name, item) -> {
                            generator.writeName(String.valueOf(name));
                            write(generator, item);
                        });
                generator.writeEndObject();
            }
            default -> throw new IllegalArgumentException("not plain: " + value.getClass());
        }
    }

    private static Fault refused(String why) {
        return new Fault(Kind.CONFIGURATION, "cannot read the JSON text: " + why, "send an object");
    }
}
