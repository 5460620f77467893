package io.slipway.engine.grammar;

import io.slipway.engine.grammar.Shape.Dollar;
import io.slipway.engine.grammar.Shape.Forms;
import io.slipway.engine.grammar.Shape.Key;
import io.slipway.engine.grammar.Shape.Keys;
import io.slipway.engine.grammar.Shape.ListOf;
import io.slipway.engine.grammar.Shape.MapOf;
import io.slipway.engine.grammar.Shape.Scalar;
import io.slipway.engine.yaml.Node;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Puts values in the place of `${inputs.name}`. Text that is literal (scripts, variables' values,
/// words of commands) is never touched; names and keys are not either.
public final class Fill {
    private static final Pattern INPUT = Pattern.compile("\\$\\$|\\$\\{inputs\\.([^}]*)}");

    /// How many characters the inputs of one file may put in, all together.
    private static final int MOST = 1 << 20;

    private final Map<String, String> values;
    private final Collection<String> declared;
    private final Findings findings;
    private int room = MOST;

    /// @param values of the inputs that have one
    /// @param declared the names of all inputs
    public Fill(Map<String, String> values, Collection<String> declared, Findings findings) {
        this.values = values;
        this.declared = declared;
        this.findings = findings;
    }

    /// The tree with the values in it; what does not have the right shape stays as it is.
    public Node.Fields root(Keys shape, Node.Fields root) {
        return fields(shape, root, "");
    }

    private Node value(Shape shape, Node node, String path) {
        return switch (shape) {
            case Scalar scalar -> node instanceof Node.Text text ? text(scalar, text, path) : node;
            case ListOf list -> node instanceof Node.Items items ? items(list, items, path) : node;
            case MapOf map -> node instanceof Node.Fields fields ? map(map, fields, path) : node;
            case Keys keys ->
                    node instanceof Node.Fields fields ? fields(keys, fields, path) : node;
            case Forms forms ->
                    forms.forms().stream()
                            .filter(form -> Check.fits(form, node))
                            .findFirst()
                            .map(form -> value(form, node, path))
                            .orElse(node);
        };
    }

    private Node text(Scalar shape, Node.Text text, String path) {
        boolean literal = shape.dollar() == Dollar.LITERAL;
        if (literal || room < 0 || !text.value().contains("${inputs.")) {
            return text;
        }
        StringBuilder filled = new StringBuilder();
        Matcher found = INPUT.matcher(text.value());
        while (found.find()) {
            String name = found.group(1);
            String value = name == null ? found.group() : given(shape, name, text, path);
            room -= value.length();
            if (room < 0) {
                Mistake mistake =
                        new Mistake(
                                "the inputs put more than 1 MiB into this file",
                                "use shorter values, or use them less often");
                findings.add(text.at(), path, mistake);
                return text;
            }
            found.appendReplacement(filled, Matcher.quoteReplacement(value));
        }
        found.appendTail(filled);
        return new Node.Text(filled.toString(), true, text.at());
    }

    private String given(Scalar shape, String name, Node.Text text, String path) {
        if (!declared.contains(name)) {
            Optional<String> near = Nearest.to(name, declared);
            String known =
                    declared.isEmpty()
                            ? "declare it under inputs"
                            : "known are " + String.join(", ", declared);
            findings.add(
                    text.at(),
                    path,
                    new Mistake(
                            "there is no input " + Quoted.of(name),
                            near.map(n -> "did you mean '${inputs." + n + "}'?").orElse(known)));
        }
        String value = values.getOrDefault(name, "");
        return shape.dollar() == Dollar.TEMPLATE ? value.replace("$", "$$") : value;
    }

    private Node items(ListOf shape, Node.Items items, String path) {
        List<Node> filled = new ArrayList<>();
        int index = 0;
        for (Node item : items.items()) {
            filled.add(value(shape.item(), item, path + "[" + index++ + "]"));
        }
        return new Node.Items(List.copyOf(filled), items.at(), items.size(), items.height());
    }

    private Node map(MapOf shape, Node.Fields fields, String path) {
        List<Node.Field> filled = new ArrayList<>();
        for (Node.Field field : fields.fields()) {
            Node value = value(shape.value(), field.value(), below(path, field));
            filled.add(new Node.Field(field.key(), value));
        }
        return new Node.Fields(List.copyOf(filled), fields.at(), fields.size(), fields.height());
    }

    private Node.Fields fields(Keys shape, Node.Fields fields, String path) {
        List<Node.Field> filled = new ArrayList<>();
        for (Node.Field field : fields.fields()) {
            Optional<Key> key =
                    shape.keys().stream()
                            .filter(known -> known.name().equals(field.key().value()))
                            .findFirst();
            Node value =
                    key.map(known -> value(known.shape(), field.value(), below(path, field)))
                            .orElse(field.value());
            filled.add(new Node.Field(field.key(), value));
        }
        return new Node.Fields(List.copyOf(filled), fields.at(), fields.size(), fields.height());
    }

    private static String below(String path, Node.Field field) {
        String name = Quoted.plain(field.key().value());
        return path.isEmpty() ? name : path + "." + name;
    }
}
