package io.slipway.engine.yaml;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Trees in one text form: `[a,b]`, `{k:v}`, texts in quotes. Tags are not part of it.
final class SuiteTree {
    private SuiteTree() {}

    static String of(@Nullable Node node) {
        return switch (node) {
            case null -> "";
            case Node.Text text -> quoted(text.value());
            case Node.Items items ->
                    "["
                            + String.join(",", items.items().stream().map(SuiteTree::of).toList())
                            + "]";
            case Node.Fields fields ->
                    "{"
                            + String.join(
                                    ",",
                                    fields.fields().stream()
                                            .map(f -> of(f.key()) + ":" + of(f.value()))
                                            .toList())
                            + "}";
        };
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /// An open list, or open keys.
    private record Open(boolean keys, @Nullable String anchor, List<String> parts) {
        String close() {
            if (!keys) {
                return "[" + String.join(",", parts) + "]";
            }
            List<String> pairs = new ArrayList<>();
            for (int i = 0; i + 1 < parts.size(); i += 2) {
                pairs.add(parts.get(i) + ":" + parts.get(i + 1));
            }
            return "{" + String.join(",", pairs) + "}";
        }
    }

    /// The tree of the suite's events; of several documents, all one behind the other.
    static String ofEvents(String events) {
        StringBuilder documents = new StringBuilder();
        Deque<Open> open = new ArrayDeque<>();
        Map<String, String> anchors = new HashMap<>();
        for (String line : events.split("\n")) {
            String event = line.stripLeading();
            String kind = event.substring(0, Math.min(4, event.length()));
            switch (kind) {
                case "+SEQ", "+MAP" ->
                        open.push(new Open(kind.equals("+MAP"), anchor(event), new ArrayList<>()));
                case "-SEQ", "-MAP" -> {
                    Open done = open.pop();
                    add(done.close(), done.anchor(), open, anchors, documents);
                }
                case "=VAL" -> add(value(event), anchor(event), open, anchors, documents);
                case "=ALI" ->
                        add(
                                String.valueOf(anchors.get(event.substring(6))),
                                null,
                                open,
                                anchors,
                                documents);
                default -> {}
            }
        }
        String all = documents.toString();
        return all.equals("\"\"")
                        && !events.contains("=VAL '")
                        && !events.contains("=VAL \"")
                        && !events.contains("=VAL |")
                        && !events.contains("=VAL >")
                ? ""
                : all;
    }

    private static void add(
            String value,
            @Nullable String anchor,
            Deque<Open> open,
            Map<String, String> anchors,
            StringBuilder documents) {
        if (anchor != null) {
            anchors.put(anchor, value);
        }
        Open parent = open.peek();
        if (parent == null) {
            documents.append(value);
        } else {
            parent.parts().add(value);
        }
    }

    private static @Nullable String anchor(String event) {
        for (String word : event.split(" ")) {
            if (word.startsWith("&")) {
                return word.substring(1);
            }
            if (word.matches("[:'\"|>].*")) {
                return null;
            }
        }
        return null;
    }

    /// `=VAL &a <tag> :text`: the text begins behind the first of `: ' " | >` at a word's begin.
    private static String value(String event) {
        int at = 5;
        while (event.charAt(at) == '&' || event.charAt(at) == '<') {
            at = event.indexOf(' ', at) + 1;
        }
        String raw = event.substring(at + 1);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c != '\\' || i + 1 == raw.length()) {
                text.append(c);
                continue;
            }
            char escaped = raw.charAt(++i);
            text.append(
                    switch (escaped) {
                        case 'n' -> '\n';
                        case 't' -> '\t';
                        case 'r' -> '\r';
                        case 'b' -> '\b';
                        default -> escaped;
                    });
        }
        return quoted(text.toString());
    }
}
