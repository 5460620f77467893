package io.slipway.engine.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// What may stand at a place of a file. A language is one table of these, from which a file is
/// checked and a JSON Schema is made.
public sealed interface Shape {
    /// A list of any length.
    static ListOf list(String what, String example, Shape item) {
        return new ListOf(what, example, item, 0);
    }

    /// Keys of the language.
    static Keys keys(String what, String example, Key... keys) {
        return new Keys(what, example, List.of(keys));
    }

    /// A key that may be left out.
    static Key key(String name, Shape shape, String about) {
        return new Key(name, shape, about, false);
    }

    /// A key that must be written.
    static Key required(String name, Shape shape, String about) {
        return new Key(name, shape, about, true);
    }

    /// A short form, and others that stand for it.
    static Forms forms(Shape shortest, Shape... others) {
        List<Shape> all = new ArrayList<>(List.of(shortest));
        all.addAll(List.of(others));
        String what = String.join(" or ", all.stream().map(Shape::what).toList());
        return new Forms(what, shortest.example(), List.copyOf(all));
    }

    /// What is expected, with its article: `a duration`.
    String what();

    /// How it is written.
    String example();

    /// A single value. Quotes make no difference.
    ///
    /// @param schema what a JSON Schema says of it
    /// @param dollar what a `$` is in it
    /// @param check empty when the value is right
    record Scalar(
            String what,
            String example,
            Map<String, Object> schema,
            Dollar dollar,
            Function<String, Optional<Mistake>> check)
            implements Shape {
        /// A value in which no `$` has a meaning.
        Scalar(
                String what,
                String example,
                Map<String, Object> schema,
                Function<String, Optional<Mistake>> check) {
            this(what, example, schema, Dollar.REFUSED, check);
        }
    }

    /// What a `$` is in a value.
    enum Dollar {
        /// Itself, always: scripts, variables' values, words of commands.
        LITERAL,
        /// The begin of a variable, see [Template].
        TEMPLATE,
        /// Of no meaning; `${` is refused.
        REFUSED
    }

    /// A list of things of one kind.
    ///
    /// @param least how many there must be
    record ListOf(String what, String example, Shape item, int least) implements Shape {}

    /// Names of the user's own with values of one kind.
    record MapOf(String what, String example, Scalar name, Shape value) implements Shape {}

    /// Keys of the language.
    record Keys(String what, String example, List<Key> keys) implements Shape {}

    /// A short and a long form: they differ in being a value, a list or keys.
    record Forms(String what, String example, List<Shape> forms) implements Shape {}

    /// A key of the language.
    ///
    /// @param about one sentence, for editors
    /// @param required whether it must be written
    record Key(String name, Shape shape, String about, boolean required) {}
}
