package io.slipway.engine.definition;

import static io.slipway.engine.definition.Reading.child;

import io.slipway.engine.event.Input;
import io.slipway.engine.grammar.Amounts;
import io.slipway.engine.grammar.Findings;
import io.slipway.engine.grammar.Mistake;
import io.slipway.engine.grammar.Quoted;
import io.slipway.engine.yaml.Node;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What the keys of `on`, `inputs` and `concurrency` say of each other. Looks only at what has the
/// right shape.
final class StartRules {
    private static final List<String> TYPES = List.of("text", "number", "boolean");

    private final Node.Fields root;
    private final Findings findings;

    StartRules(Node.Fields root, Findings findings) {
        this.root = root;
        this.findings = findings;
    }

    void check() {
        inputs("inputs", root.get("inputs"));
        Node manual = root.get("on") == null ? null : child(root.get("on"), "manual");
        inputs("on.manual.inputs", manual == null ? null : child(manual, "inputs"));
        Node concurrency = root.get("concurrency");
        Node group = child(concurrency, "group");
        if (group != null && child(concurrency, "per") != null) {
            add(
                    group,
                    "concurrency.group",
                    new Mistake("'group' and 'per' exclude each other", "remove one of the two"));
        }
    }

    private void inputs(String path, @Nullable Node node) {
        if (node instanceof Node.Fields fields) {
            for (Node.Field field : fields.fields()) {
                if (field.value() instanceof Node.Fields input) {
                    input(path + "." + Quoted.plain(field.key().value()), input);
                }
            }
        }
    }

    private void input(String path, Node.Fields node) {
        if (node.get("type") instanceof Node.Text type && !TYPES.contains(type.value())) {
            return;
        }
        if (node.get("required") instanceof Node.Text required
                && Amounts.truth(required.value()).isEmpty()) {
            return;
        }
        Input input = StartAssembly.input(node);
        Input typed = new Input(input.about(), input.type(), List.of(), null, input.required());
        Set<String> seen = new HashSet<>();
        if (node.get("options") instanceof Node.Items options) {
            if (options.items().isEmpty()) {
                add(options, path + ".options", new Mistake("the list is empty", "write [a, b]"));
            }
            for (Node option : options.items()) {
                if (option instanceof Node.Text text) {
                    Optional<Mistake> wrong = typed.mistake(text.value());
                    wrong.ifPresent(mistake -> add(text, path + ".options", mistake));
                    if (!seen.add(text.value())) {
                        Mistake twice =
                                new Mistake(
                                        Quoted.of(text.value()) + " is there twice", "remove one");
                        add(text, path + ".options", twice);
                    }
                }
            }
        }
        if (node.get("default") instanceof Node.Text text) {
            input.mistake(text.value()).ifPresent(mistake -> add(text, path + ".default", mistake));
        }
    }

    private void add(Node at, String path, Mistake mistake) {
        findings.add(at.at(), path, mistake);
    }
}
