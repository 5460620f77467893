package io.slipway.engine.grammar;

import io.slipway.engine.grammar.Shape.Forms;
import io.slipway.engine.grammar.Shape.Key;
import io.slipway.engine.grammar.Shape.Keys;
import io.slipway.engine.grammar.Shape.ListOf;
import io.slipway.engine.grammar.Shape.MapOf;
import io.slipway.engine.grammar.Shape.Scalar;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A language as a JSON Schema (2020-12), for editors. What is refused is not in it, so that an
/// editor offers only what works.
public final class JsonSchema {
    private final Set<String> refused;

    private JsonSchema(Set<String> refused) {
        this.refused = refused;
    }

    /// The schema as maps, lists, texts and numbers.
    ///
    /// @param refused key paths that are left out, as in [Vocabulary]
    /// @param free prefix of keys at the root that may hold anything
    public static Map<String, Object> of(Keys root, Set<String> refused, String free) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "Slipway's pipeline file, .slipway.yml");
        schema.putAll(new JsonSchema(refused).shape(root, ""));
        schema.put("patternProperties", Map.of("^" + free, true));
        return schema;
    }

    private Map<String, Object> shape(Shape shape, String path) {
        String below = path.isEmpty() ? "" : path + ".";
        return switch (shape) {
            case Scalar scalar -> scalar.schema();
            case ListOf list -> list(list, below);
            case MapOf map -> map(map, below);
            case Keys keys -> keys(keys, below);
            case Forms forms ->
                    Map.of("anyOf", forms.forms().stream().map(f -> shape(f, path)).toList());
        };
    }

    private Map<String, Object> list(ListOf list, String below) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "array");
        schema.put("items", shape(list.item(), below + "*"));
        if (list.least() > 0) {
            schema.put("minItems", list.least());
        }
        return schema;
    }

    private Map<String, Object> map(MapOf map, String below) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        if (refused.contains(below + "*")) {
            schema.put("maxProperties", 0);
            return schema;
        }
        schema.put("propertyNames", map.name().schema());
        schema.put("additionalProperties", shape(map.value(), below + "*"));
        return schema;
    }

    private Map<String, Object> keys(Keys keys, String below) {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (Key key : keys.keys()) {
            String path = below + key.name();
            if (!refused.contains(path)) {
                Map<String, Object> property = new LinkedHashMap<>();
                property.put("description", key.about());
                property.putAll(shape(key.shape(), path));
                properties.put(key.name(), property);
            }
        }
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("properties", properties);
        List<String> required = keys.keys().stream().filter(Key::required).map(Key::name).toList();
        if (!required.isEmpty()) {
            schema.put("required", required);
        }
        schema.put("additionalProperties", false);
        return schema;
    }
}
