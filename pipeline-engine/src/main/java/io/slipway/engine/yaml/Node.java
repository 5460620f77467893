package io.slipway.engine.yaml;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A value of a YAML text. Aliases are resolved: the same node may be found in several places of
/// the tree, and its place is the one of its anchor.
public sealed interface Node {
    /// Where it begins.
    Place at();

    /// How many values it consists of with everything below it, aliases counted as often as they
    /// are used.
    int size();

    /// How many levels it has: 1 for a text.
    int height();

    /// A single value, as it was written.
    ///
    /// @param value without quotes, escapes resolved
    /// @param quoted whether it stood in quotes or a block; quotes never change what a value means
    record Text(String value, boolean quoted, Place at) implements Node {
        /// Whether nothing was written where a value belongs.
        public boolean absent() {
            return value.isEmpty() && !quoted;
        }

        @Override
        public int size() {
            return 1;
        }

        @Override
        public int height() {
            return 1;
        }
    }

    /// A list.
    record Items(List<Node> items, Place at, int size, int height) implements Node {}

    /// Keys with values, in the order of the text; no key occurs twice.
    record Fields(List<Field> fields, Place at, int size, int height) implements Node {
        /// The value of a key, if it was written.
        public @Nullable Node get(String key) {
            for (Field field : fields) {
                if (field.key.value.equals(key)) {
                    return field.value;
                }
            }
            return null;
        }
    }

    /// One key and its value.
    record Field(Text key, Node value) {}
}
