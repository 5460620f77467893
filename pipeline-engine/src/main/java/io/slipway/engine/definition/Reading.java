package io.slipway.engine.definition;

import io.slipway.engine.grammar.Amounts;
import io.slipway.engine.yaml.Node;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/// Reads values of a tree that was checked: what is not there was not written.
final class Reading {
    private Reading() {}

    static @Nullable Node child(@Nullable Node node, String key) {
        return node instanceof Node.Fields fields ? fields.get(key) : null;
    }

    static @Nullable String text(@Nullable Node node, String key) {
        return child(node, key) instanceof Node.Text text ? text.value() : null;
    }

    static @Nullable String path(@Nullable Node node, String key) {
        String text = text(node, key);
        return text == null ? null : Amounts.path(text).orElse(null);
    }

    static @Nullable Duration duration(Node node, String key) {
        return amount(node, key, Amounts::duration);
    }

    static <T> @Nullable T amount(Node node, String key, Function<String, Optional<T>> read) {
        String text = text(node, key);
        return text == null ? null : read.apply(text).orElse(null);
    }

    static Map<String, String> texts(@Nullable Node node) {
        return map(node, (name, value) -> value instanceof Node.Text text ? text.value() : "");
    }

    static List<String> words(@Nullable Node node) {
        return list(node, item -> item instanceof Node.Text text ? text.value() : "");
    }

    static <T> List<T> list(@Nullable Node node, Function<Node, T> read) {
        List<T> all = new ArrayList<>();
        if (node instanceof Node.Items items) {
            items.items().forEach(item -> all.add(read.apply(item)));
        }
        return List.copyOf(all);
    }

    static <T> Map<String, T> map(@Nullable Node node, BiFunction<String, Node, T> read) {
        Map<String, T> all = new LinkedHashMap<>();
        if (node instanceof Node.Fields fields) {
            for (Node.Field field : fields.fields()) {
                String name = field.key().value();
                all.put(name, read.apply(name, field.value()));
            }
        }
        return Collections.unmodifiableMap(all);
    }

    static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /// For keys that the language requires.
    static String require(@Nullable String text) {
        if (text == null) {
            throw new IllegalStateException("a tree was assembled that had not been checked");
        }
        return text;
    }
}
