package io.slipway.engine.translation;

import io.slipway.engine.yaml.Node;
import io.slipway.engine.yaml.YamlFlaw;
import io.slipway.engine.yaml.YamlReader;
import io.slipway.engine.yaml.YamlText;
import io.slipway.fault.Fault;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// The lines of a foreign pipeline file, and what became of each. A line that nobody took is left,
/// so nothing can be lost by being forgotten.
final class SourceText {
    private static final String NOT_KNOWN = "it has no counterpart";

    /// A key with its value, or an item of a list, and the lines that it takes.
    ///
    /// @param key empty for an item
    /// @param from first line, from 1
    /// @param to last line
    record Entry(String key, Node value, int from, int to) {
        /// The value as one text; empty when it is none.
        String text() {
            return value instanceof Node.Text text ? text.value() : "";
        }

        boolean isText() {
            return value instanceof Node.Text;
        }
    }

    private final String file;
    private final List<String> lines;
    private final boolean[] taken;
    private final TreeMap<Integer, String> left = new TreeMap<>();
    private final Node.Fields root;

    /// @throws Fault CONFIGURATION when the text cannot be read as keys with values
    SourceText(String file, String text) {
        this.file = file;
        this.lines = text.lines().toList();
        this.taken = new boolean[lines.size() + 1];
        YamlText yaml = YamlReader.read(text);
        if (!yaml.flaws().isEmpty()) {
            YamlFlaw flaw = yaml.flaws().getFirst();
            String where = file + ": line " + flaw.at().line() + ": ";
            throw unreadable(where + flaw.message(), "correct it, or write .slipway.yml by hand");
        }
        if (!(yaml.root() instanceof Node.Fields fields)) {
            throw unreadable(file + ": it has no keys", "name a pipeline file");
        }
        this.root = fields;
    }

    List<Entry> root() {
        return entries(root, lines.size());
    }

    /// The keys of a value, or nothing where it has none.
    List<Entry> entries(Entry parent) {
        return parent.value() instanceof Node.Fields fields
                ? entries(fields, parent.to())
                : List.of();
    }

    /// The items of a list; a single text counts as a list of one.
    List<Entry> items(Entry parent) {
        if (parent.value() instanceof Node.Text) {
            return List.of(parent);
        }
        if (!(parent.value() instanceof Node.Items items)) {
            return List.of();
        }
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < items.items().size(); i++) {
            Node item = items.items().get(i);
            int from = item.at().line();
            int next =
                    i + 1 < items.items().size()
                            ? items.items().get(i + 1).at().line() - 1
                            : parent.to();
            entries.add(new Entry("", item, from, Math.max(from, next)));
        }
        return entries;
    }

    /// The line is in what is written.
    void take(int line) {
        taken[line] = true;
    }

    /// All lines of it are in what is written, except for comments.
    void take(Entry entry) {
        for (int line = entry.from(); line <= entry.to(); line++) {
            String text = lines.get(line - 1).strip();
            if (!text.startsWith("#") || entry.text().contains(text)) {
                taken[line] = true;
            }
        }
    }

    /// No line of it is in what is written, whatever was taken of it before.
    void leave(Entry entry, String reason) {
        for (int line = entry.from(); line <= entry.to(); line++) {
            left.merge(line, reason, (before, _) -> before);
        }
    }

    /// As [#leave], over reasons that single lines have already.
    void leaveWhole(Entry entry, String reason) {
        for (int line = entry.from(); line <= entry.to(); line++) {
            left.put(line, reason);
        }
    }

    /// What was not taken, as comments: groups of lines, each below its reason.
    List<String> leftovers() {
        List<String> comments = new ArrayList<>();
        String before = "";
        for (int line = 1; line <= lines.size(); line++) {
            String text = lines.get(line - 1);
            boolean lost = left.containsKey(line) || !taken[line];
            if (text.isBlank() || !lost) {
                before = text.isBlank() ? before : "";
                continue;
            }
            boolean comment = text.strip().startsWith("#");
            String reason = left.getOrDefault(line, comment ? "a comment" : NOT_KNOWN);
            if (!reason.equals(before)) {
                comments.add("#");
                comments.add("# " + file + ":" + line + ": " + Scalars.comment(reason) + ":");
            }
            comments.add("#   " + Scalars.comment(text));
            before = reason;
        }
        return comments;
    }

    private static List<Entry> entries(Node.Fields fields, int end) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < fields.fields().size(); i++) {
            Node.Field field = fields.fields().get(i);
            int from = field.key().at().line();
            int next =
                    i + 1 < fields.fields().size()
                            ? fields.fields().get(i + 1).key().at().line() - 1
                            : end;
            entries.add(new Entry(field.key().value(), field.value(), from, Math.max(from, next)));
        }
        return entries;
    }

    private static Fault unreadable(String why, String remedy) {
        return new Fault(Fault.Kind.CONFIGURATION, "cannot translate " + why, remedy);
    }
}
