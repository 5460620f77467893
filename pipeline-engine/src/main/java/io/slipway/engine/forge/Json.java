package io.slipway.engine.forge;

import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// JSON of which nothing is believed: whatever is missing or of another type reads as empty. It is
/// read within limits of depth, size, names and numbers, and only what events are made of is kept.
public final class Json {
    static final int DEPTH = 64;
    static final int KEYS = 1000;
    private static final int MOST_TOKENS = 1_000_000;
    private static final int LONGEST_TEXT = 8 << 20;
    private static final int KEPT_TEXT = 16 << 10;
    private static final int KEPT_OF_LISTS = 2 << 20;
    private static final int KEPT_IN_ALL = 16 << 20;

    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(DEPTH)
                                    .maxNumberLength(100)
                                    .maxNameLength(1000)
                                    .maxStringLength(LONGEST_TEXT)
                                    .maxTokenCount(MOST_TOKENS)
                                    .build())
                    .build();

    private static final Json NOTHING = new Json(null);

    private final @Nullable Object value;

    private Json(@Nullable Object value) {
        this.value = value;
    }

    /// Reads one object in UTF-8.
    ///
    /// @throws Fault CONFIGURATION when it is none, or beyond the limits
    public static Json read(InputStream body) throws IOException {
        BufferedInputStream in = new BufferedInputStream(body);
        in.mark(4);
        byte[] first = in.readNBytes(4);
        in.reset();
        for (byte b : first) {
            if (b == 0 || b == (byte) 0xef || b == (byte) 0xfe || b == (byte) 0xff) {
                throw refused("it is not UTF-8 without a byte order mark");
            }
        }
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), in)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw refused("it is no object");
            }
            Json json = new Json(new Reading(parser).value(false));
            if (parser.nextToken() != null) {
                throw refused("something follows the object");
            }
            return json;
        } catch (JacksonException e) {
            throw refused(firstLine(String.valueOf(e.getOriginalMessage())));
        }
    }

    private static String firstLine(String text) {
        String line = clean(text.lines().findFirst().orElse(""));
        return line.substring(0, Math.min(line.length(), 200));
    }

    static Fault refused(String why) {
        return new Fault(
                Fault.Kind.CONFIGURATION,
                "cannot read the body as JSON: " + why,
                "send what the forge sends");
    }

    /// One walk over a text. What is not kept is checked all the same.
    private static final class Reading {
        private final JsonParser parser;
        private int kept;

        Reading(JsonParser parser) {
            this.parser = parser;
        }

        private @Nullable Object value(boolean drop) {
            return switch (parser.currentToken()) {
                case START_OBJECT -> object(drop);
                case START_ARRAY -> array(drop);
                case VALUE_STRING -> drop ? skipped() : text(parser.getString());
                // As it is written: nothing is computed from it.
                case VALUE_NUMBER_INT -> drop ? null : new Number(parser.getString());
                case VALUE_TRUE -> true;
                case VALUE_FALSE -> false;
                case null -> throw refused("it ends too early");
                default -> null;
            };
        }

        private @Nullable Object skipped() {
            parser.getString();
            return null;
        }

        private String text(String text) {
            String cut = text.substring(0, Math.min(text.length(), KEPT_TEXT));
            keep(cut.length());
            return clean(cut);
        }

        private void keep(int characters) {
            kept += characters + 40;
            if (kept > KEPT_IN_ALL) {
                throw refused("there is too much in it");
            }
        }

        private @Nullable Object object(boolean drop) {
            Map<String, @Nullable Object> object = new HashMap<>();
            Set<String> names = new HashSet<>();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                if (!names.add(name)) {
                    throw refused("a name comes twice in one object");
                }
                if (names.size() > KEYS) {
                    throw refused("an object has more than " + KEYS + " names");
                }
                parser.nextToken();
                boolean unused = drop || unused(name);
                Object value = value(unused);
                if (!unused) {
                    keep(0);
                    object.put(name, value);
                }
            }
            return object;
        }

        private @Nullable Object array(boolean drop) {
            List<@Nullable Object> array = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                // Of a long list the end is not kept, so that what follows it is.
                boolean unused = drop || kept > KEPT_OF_LISTS;
                Object value = value(unused);
                if (!unused) {
                    keep(0);
                    array.add(value);
                }
            }
            return array;
        }

        private static boolean unused(String name) {
            return name.endsWith("url")
                    || name.endsWith("links")
                    || name.equals("added")
                    || name.equals("removed")
                    || name.equals("modified");
        }
    }

    private record Number(String digits) {}

    /// Without what a database can't store as text: U+0000 and half surrogates become U+FFFD.
    static String clean(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c == 0 || c >= 0xd800 && c <= 0xdfff ? 0xfffd : c)
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }

    /// What is there by names, one below the other; nothing where there is none.
    public Json at(String... path) {
        Json json = this;
        for (String name : path) {
            json =
                    json.value instanceof Map<?, ?> map && map.get(name) != null
                            ? new Json(map.get(name))
                            : NOTHING;
        }
        return json;
    }

    /// Whether something other than `null` is there.
    public boolean has(String... path) {
        return at(path).value != null;
    }

    /// Whether an object is there.
    public boolean isObject(String... path) {
        return at(path).value instanceof Map;
    }

    /// Whether a list is there.
    public boolean isList(String... path) {
        return at(path).value instanceof List;
    }

    /// A text; empty when it is none.
    public String text(String... path) {
        return at(path).value instanceof String text ? text : "";
    }

    /// An identity, written as a number or a text; empty when it is none or longer than anybody's.
    public String id(String... path) {
        return switch (at(path).value) {
            case Number number -> number.digits.length() <= 20 ? number.digits : "";
            case String text -> text.length() <= 100 ? text : "";
            case null, default -> "";
        };
    }

    /// A number of the counting kind; 0 when it is none.
    public int count(String... path) {
        String digits = at(path).value instanceof Number number ? number.digits : "";
        return digits.matches("[0-9]{1,9}") ? Integer.parseInt(digits) : 0;
    }

    /// Whether `true` is there.
    public boolean flag(String... path) {
        return Boolean.TRUE.equals(at(path).value);
    }

    /// The entries of a list; none when it is none.
    public List<Json> list(String... path) {
        return at(path).value instanceof List<?> list
                ? list.stream().map(one -> new Json(one)).toList()
                : List.of();
    }
}
