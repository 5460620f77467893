package io.slipway.engine.yaml;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.Anchor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// A list, or keys with values, whose end has not been read yet.
final class OpenNode {
    private final boolean fields;
    private final Place at;
    private final @Nullable Anchor anchor;
    private final List<Node> items = new ArrayList<>();
    private final List<Node.Field> pairs = new ArrayList<>();
    private final Map<String, Place> seen = new HashMap<>();
    private @Nullable Node key;
    private int size = 1;
    private int height;

    OpenNode(boolean fields, Place at, @Nullable Anchor anchor) {
        this.fields = fields;
        this.at = at;
        this.anchor = anchor;
    }

    @Nullable Anchor anchor() {
        return anchor;
    }

    void add(Node node, Consumer<YamlFlaw> flaws) {
        size += node.size();
        height = Math.max(height, node.height());
        if (!fields) {
            items.add(node);
        } else if (key == null) {
            key = node;
        } else {
            pair(key, node, flaws);
            key = null;
        }
    }

    Node close() {
        return fields
                ? new Node.Fields(List.copyOf(pairs), at, size, height + 1)
                : new Node.Items(List.copyOf(items), at, size, height + 1);
    }

    private void pair(Node name, Node value, Consumer<YamlFlaw> flaws) {
        if (!(name instanceof Node.Text text)) {
            flaws.accept(new YamlFlaw(name.at(), "a key must be text", "write key: value"));
            return;
        }
        Place first = seen.putIfAbsent(text.value(), text.at());
        if (text.value().equals("<<") && !text.quoted()) {
            flaws.accept(
                    new YamlFlaw(
                            text.at(),
                            "'<<' is no part of YAML 1.2",
                            "write the keys out, or use an alias for the whole value"));
        } else if (first != null) {
            flaws.accept(
                    new YamlFlaw(
                            text.at(),
                            "this key is written twice, first in line " + first.line(),
                            "remove one of the two"));
        } else {
            pairs.add(new Node.Field(text, value));
        }
    }
}
