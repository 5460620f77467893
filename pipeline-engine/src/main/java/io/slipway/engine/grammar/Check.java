package io.slipway.engine.grammar;

import io.slipway.engine.grammar.Shape.Forms;
import io.slipway.engine.grammar.Shape.Key;
import io.slipway.engine.grammar.Shape.Keys;
import io.slipway.engine.grammar.Shape.ListOf;
import io.slipway.engine.grammar.Shape.MapOf;
import io.slipway.engine.grammar.Shape.Scalar;
import io.slipway.engine.yaml.Node;
import io.slipway.engine.yaml.Place;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Compares a tree with a shape and finds everything that is wrong, not only the first.
public final class Check {
    private final Set<String> notYet;
    private final Map<String, Place> places;
    private final Findings findings;

    /// @param notYet keys that are known but refused; `*` stands for a name or a list's entry
    /// @param places takes the place of every key path that is visited
    public Check(Set<String> notYet, Map<String, Place> places, Findings findings) {
        this.notYet = notYet;
        this.places = places;
        this.findings = findings;
    }

    /// Checks a whole tree.
    ///
    /// @param free prefix of keys at the root that may hold anything
    public void root(Keys shape, Node.Fields root, String free) {
        fields(shape, root, new At("", "", root.at()), free);
    }

    /// Where the check is: a path for people, and the same with `*` for whatever the user named.
    private record At(String path, String pattern, Place place) {
        At key(Node.Text key) {
            String name = Quoted.plain(key.value());
            return new At(join(path, name), join(pattern, key.value()), key.at());
        }

        At named(Node.Text key) {
            return new At(join(path, Quoted.plain(key.value())), join(pattern, "*"), key.at());
        }

        At entry(int index, Place place) {
            return new At(path + "[" + index + "]", join(pattern, "*"), place);
        }

        private static String join(String path, String key) {
            return path.isEmpty() ? key : path + "." + key;
        }
    }

    private void value(Shape shape, Node node, At at) {
        places.putIfAbsent(at.path, node.at());
        switch (shape) {
            case Scalar scalar -> scalar(scalar, node, at);
            case ListOf list -> list(list, node, at);
            case MapOf map -> map(map, node, at);
            case Keys keys -> keys(keys, node, at);
            case Forms forms -> forms(forms, node, at);
        }
    }

    private void scalar(Scalar shape, Node node, At at) {
        if (node instanceof Node.Text text) {
            shape.check()
                    .apply(text.value())
                    .ifPresent(wrong -> findings.add(text.at(), at.path, wrong));
        } else {
            wrongType(shape, node, at);
        }
    }

    private void list(ListOf shape, Node node, At at) {
        if (!(node instanceof Node.Items items)) {
            wrongType(shape, node, at);
            return;
        }
        if (items.items().size() < shape.least()) {
            report(node.at(), at, "the list is empty", like(shape.example()));
        }
        int index = 0;
        for (Node item : items.items()) {
            value(shape.item(), item, at.entry(index++, item.at()));
        }
    }

    private void map(MapOf shape, Node node, At at) {
        if (!(node instanceof Node.Fields fields)) {
            wrongType(shape, node, at);
            return;
        }
        for (Node.Field field : fields.fields()) {
            At below = at.named(field.key());
            Optional<Mistake> wrong = shape.name().check().apply(field.key().value());
            if (refused(below, field.key())) {
                continue;
            }
            wrong.ifPresent(mistake -> findings.add(field.key().at(), below.path, mistake));
            value(shape.value(), field.value(), below);
        }
    }

    private void keys(Keys shape, Node node, At at) {
        if (node instanceof Node.Fields fields) {
            fields(shape, fields, at, "");
        } else {
            wrongType(shape, node, at);
        }
    }

    private void fields(Keys shape, Node.Fields node, At at, String free) {
        Map<String, Key> known =
                shape.keys().stream().collect(Collectors.toMap(Key::name, key -> key));
        Set<String> meant = new HashSet<>();
        for (Node.Field field : node.fields()) {
            String name = field.key().value();
            Key key = known.get(name);
            At below = at.key(field.key());
            if (key != null) {
                if (!refused(below, field.key())) {
                    value(key.shape(), field.value(), below);
                }
            } else if (free.isEmpty() || !name.startsWith(free)) {
                unknown(shape, name, below).ifPresent(meant::add);
            }
        }
        for (Key key : shape.keys()) {
            boolean written = node.get(key.name()) != null || meant.contains(key.name());
            if (key.required() && !written) {
                String example = key.name() + ": " + key.shape().example();
                report(at.place, at, "'" + key.name() + "' is missing", like(example));
            }
        }
    }

    private boolean refused(At at, Node.Text key) {
        if (!notYet.contains(at.pattern)) {
            return false;
        }
        String remedy = "remove " + Quoted.of(key.value());
        report(key.at(), at, "not available in this version", remedy);
        return true;
    }

    /// @return the known key that was probably meant
    private Optional<String> unknown(Keys shape, String name, At at) {
        List<String> all = shape.keys().stream().map(Key::name).toList();
        Optional<String> meant = Nearest.to(name, all);
        String known =
                String.join(
                        ", ",
                        all.stream().filter(key -> !notYet.contains(sibling(at, key))).toList());
        String remedy =
                meant.map(near -> "did you mean '" + near + "'?").orElse("known here: " + known);
        report(at.place, at, "unknown key", remedy);
        return meant;
    }

    private static String sibling(At at, String key) {
        int end = at.pattern.length() - lastPart(at);
        return at.pattern.substring(0, end) + key;
    }

    private static int lastPart(At at) {
        return at.pattern.length() - (at.pattern.lastIndexOf('.') + 1);
    }

    private void forms(Forms shape, Node node, At at) {
        if (isTextWithColon(shape, node)) {
            String message = "the ': ' makes this a key with a value";
            report(node.at(), at, message, "put the whole text in quotes");
            return;
        }
        for (Shape form : shape.forms()) {
            if (fits(form, node)) {
                value(form, node, at);
                return;
            }
        }
        wrongType(shape, node, at);
    }

    /// Whether text was taken for a key because it holds a colon and a space.
    private static boolean isTextWithColon(Forms shape, Node node) {
        if (!(node instanceof Node.Fields fields) || fields.fields().size() != 1) {
            return false;
        }
        String key = fields.fields().getFirst().key().value();
        if (shape.forms().stream().anyMatch(MapOf.class::isInstance)) {
            return false;
        }
        boolean known =
                shape.forms().stream()
                        .filter(Keys.class::isInstance)
                        .flatMap(form -> ((Keys) form).keys().stream())
                        .anyMatch(one -> Nearest.to(key, List.of(one.name())).isPresent());
        return !known && shape.forms().stream().anyMatch(Scalar.class::isInstance);
    }

    static boolean fits(Shape shape, Node node) {
        return switch (shape) {
            case Scalar scalar -> node instanceof Node.Text;
            case ListOf list -> node instanceof Node.Items;
            case MapOf map -> node instanceof Node.Fields;
            case Keys keys -> node instanceof Node.Fields;
            case Forms forms -> forms.forms().stream().anyMatch(form -> fits(form, node));
        };
    }

    private void wrongType(Shape shape, Node node, At at) {
        String found =
                switch (node) {
                    case Node.Text text when text.absent() -> null;
                    case Node.Text text -> "text";
                    case Node.Items items -> "a list";
                    case Node.Fields fields -> "keys";
                };
        String message =
                found == null
                        ? "a value is missing"
                        : "expected " + shape.what() + ", not " + found;
        report(node.at(), at, message, instead(shape, node));
    }

    private static String instead(Shape shape, Node node) {
        boolean oneOfMany =
                shape instanceof ListOf list
                        && node instanceof Node.Text
                        && fits(list.item(), node);
        return oneOfMany && ((Node.Text) node).value().matches("[A-Za-z0-9_./-]{1,40}")
                ? "write [" + ((Node.Text) node).value() + "]"
                : like(shape.example());
    }

    private static String like(String example) {
        return "write something like " + example;
    }

    private void report(Place place, At at, String message, String remedy) {
        findings.add(place, at.path, new Mistake(message, remedy));
    }
}
