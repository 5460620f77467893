package io.slipway.engine.yaml;

import io.slipway.engine.yaml.YamlReader.TooMuch;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Makes the tree from the library's events, and stops at the limits.
final class TreeBuilder {
    private final String file;
    private final Consumer<YamlFlaw> flaws;
    private final Deque<OpenNode> open = new ArrayDeque<>();
    private final Map<Anchor, Node> anchors = new HashMap<>();
    private final Set<Anchor> unfinished = new HashSet<>();
    private @Nullable Node root;
    private int nodes;
    private int aliases;

    TreeBuilder(String file, Consumer<YamlFlaw> flaws) {
        this.file = file;
        this.flaws = flaws;
    }

    /// What was read; null when the text holds no value.
    @Nullable Node root() {
        return root;
    }

    void take(Event event) {
        switch (event.getEventId()) {
            case Scalar -> scalar((ScalarEvent) event);
            case Alias -> alias((AliasEvent) event);
            case MappingStart, SequenceStart -> start((CollectionStartEvent) event);
            case MappingEnd, SequenceEnd -> end();
            case StreamStart, StreamEnd, DocumentStart, DocumentEnd, Comment -> {}
        }
    }

    Place place(Optional<Mark> mark) {
        return mark.map(m -> new Place(m.getLine() + 1, m.getColumn() + 1, file))
                .orElse(Place.NONE);
    }

    private void scalar(ScalarEvent event) {
        Place at = place(event.getStartMark());
        refuseTag(event.getTag(), at);
        Node.Text text = new Node.Text(event.getValue(), !event.isPlain(), at);
        count(1, at);
        checkDepth(1, at);
        if (!storable(event.getValue())) {
            flaws.accept(
                    new YamlFlaw(
                            at,
                            "the text holds a NUL character, or half of a pair",
                            "remove the escape"));
        }
        event.getAnchor().ifPresent(anchor -> anchors.put(anchor, text));
        add(text);
    }

    private void alias(AliasEvent event) {
        Place at = place(event.getStartMark());
        if (++aliases > YamlReader.MOST_ALIASES) {
            throw new TooMuch(
                    new YamlFlaw(
                            at,
                            "more than " + YamlReader.MOST_ALIASES + " aliases",
                            "write the values out where they are few"));
        }
        Anchor anchor = event.getAlias();
        Node target = anchors.get(anchor);
        if (unfinished.contains(anchor)) {
            throw new TooMuch(
                    new YamlFlaw(
                            at,
                            "'*" + shown(anchor) + "' refers to a value that contains it",
                            "refer to a value that is complete before this line"));
        }
        if (target == null) {
            throw new TooMuch(
                    new YamlFlaw(
                            at,
                            "'*" + shown(anchor) + "' refers to an anchor that does not exist",
                            "define '&" + shown(anchor) + "' above this line"));
        }
        count(target.size(), at);
        checkDepth(target.height(), at);
        add(target);
    }

    private void start(CollectionStartEvent event) {
        Place at = place(event.getStartMark());
        refuseTag(event.getTag(), at);
        count(1, at);
        checkDepth(1, at);
        boolean fields = event.getEventId() == Event.ID.MappingStart;
        event.getAnchor().ifPresent(unfinished::add);
        open.push(new OpenNode(fields, at, ((NodeEvent) event).getAnchor().orElse(null)));
    }

    private void end() {
        OpenNode done = open.pop();
        Node node = done.close();
        Anchor anchor = done.anchor();
        if (anchor != null) {
            unfinished.remove(anchor);
            anchors.put(anchor, node);
        }
        add(node);
    }

    private void add(Node node) {
        OpenNode parent = open.peek();
        if (parent == null) {
            root = node instanceof Node.Text text && text.absent() ? null : node;
        } else {
            parent.add(node, flaws);
        }
    }

    private void refuseTag(Optional<String> tag, Place at) {
        if (tag.isPresent()) {
            flaws.accept(
                    new YamlFlaw(
                            at,
                            "tags such as '!!str' are not allowed",
                            "remove the tag; text stays as it is written"));
        }
    }

    private void count(int more, Place at) {
        nodes += more;
        if (nodes > YamlReader.MOST_NODES) {
            throw new TooMuch(
                    new YamlFlaw(
                            at,
                            "more than "
                                    + YamlReader.MOST_NODES
                                    + " values, aliases counted as often as they are used",
                            "split the file, or use fewer aliases"));
        }
    }

    private void checkDepth(int levels, Place at) {
        if (open.size() + levels > YamlReader.DEEPEST) {
            throw new TooMuch(
                    new YamlFlaw(
                            at,
                            "nested deeper than " + YamlReader.DEEPEST + " levels",
                            "nothing in the language needs that many"));
        }
    }

    private static boolean storable(String text) {
        return text.codePoints().noneMatch(c -> c == 0 || c >= 0xD800 && c <= 0xDFFF);
    }

    private static String shown(Anchor anchor) {
        String name = anchor.getValue();
        return name.length() <= 40 ? name : name.substring(0, 40) + "...";
    }
}
