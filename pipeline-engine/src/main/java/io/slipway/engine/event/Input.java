package io.slipway.engine.event;

import io.slipway.engine.grammar.Amounts;
import io.slipway.engine.grammar.Mistake;
import io.slipway.engine.grammar.Nearest;
import io.slipway.engine.grammar.Quoted;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A value that whoever starts a run, or a file that includes another, fills in.
///
/// @param about for people; may be empty
/// @param options the only values; empty: any
/// @param byDefault when nothing is given; null: there is none
/// @param required whether one must be given
public record Input(
        String about,
        Type type,
        List<String> options,
        @Nullable String byDefault,
        boolean required) {

    /// What is accepted.
    public enum Type {
        /// Any text.
        TEXT,
        /// A number, such as 3 or -0.5.
        NUMBER,
        /// `true` or `false`.
        BOOLEAN
    }

    private static final String NUMBER = "-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,18})?";
    private static final int LONGEST = 1000;

    /// With it no file, no step and no secret can set it.
    private static final String BY_HAND = "SLIPWAY_";

    /// What is given for all inputs of a file, and what is wrong with it.
    ///
    /// @param values for each input, defaults filled in; without what was neither given nor has one
    /// @param wrong by the input's name
    public record Filled(Map<String, String> values, Map<String, Mistake> wrong) {}

    /// Fills in what is given.
    ///
    /// @param inputs by name
    /// @param given by name; names that no input has are wrong
    public static Filled fill(Map<String, Input> inputs, Map<String, String> given) {
        Map<String, String> values = new LinkedHashMap<>();
        Map<String, Mistake> wrong = new LinkedHashMap<>();
        inputs.forEach(
                (name, input) -> {
                    String value = given.getOrDefault(name, input.byDefault);
                    if (value == null) {
                        if (input.required) {
                            String remedy = "give a value for it";
                            wrong.put(name, new Mistake("a value is missing", remedy));
                        }
                        return;
                    }
                    input.mistake(value).ifPresent(mistake -> wrong.put(name, mistake));
                    values.put(name, value);
                });
        for (String name : given.keySet()) {
            if (!inputs.containsKey(name)) {
                wrong.put(name, unknown(name, new ArrayList<>(inputs.keySet())));
            }
        }
        return new Filled(values, wrong);
    }

    private static Mistake unknown(String name, List<String> known) {
        String all =
                known.isEmpty() ? "no input is asked for" : "known are " + String.join(", ", known);
        return new Mistake(
                "there is no input " + Quoted.of(name),
                Nearest.to(name, known).map(near -> "did you mean '" + near + "'?").orElse(all));
    }

    /// What is wrong with a value; empty when nothing is.
    public Optional<Mistake> mistake(String value) {
        if (!options.isEmpty()) {
            return options.contains(value) ? Optional.empty() : Optional.of(option(value));
        }
        boolean right =
                switch (type) {
                    case TEXT -> value.length() <= LONGEST && value.indexOf('\0') < 0;
                    case NUMBER -> value.length() <= 40 && value.matches(NUMBER);
                    case BOOLEAN -> Amounts.truth(value).isPresent();
                };
        return right ? Optional.empty() : Optional.of(typed(value));
    }

    private Mistake option(String value) {
        return new Mistake(
                Quoted.of(value) + " is none of the options",
                Nearest.to(value, options)
                        .map(near -> "did you mean '" + near + "'?")
                        .orElse("write one of: " + String.join(", ", options)));
    }

    private Mistake typed(String value) {
        return switch (type) {
            case TEXT -> new Mistake("the text is too long", "write at most 1,000 characters");
            case NUMBER -> new Mistake(Quoted.of(value) + " is not a number", "write 3 or 0.5");
            case BOOLEAN ->
                    new Mistake(Quoted.of(value) + " is not true or false", "write one of the two");
        };
    }

    /// The variable under which steps see an input of a run by hand: `SLIPWAY_INPUT_JDK_VERSION`.
    public static String byHand(String name) {
        return BY_HAND + variable(name);
    }

    /// Whether a variable is one of [#byHand].
    public static boolean isByHand(String variable) {
        return variable.startsWith(BY_HAND + "INPUT_");
    }

    /// The variable under which steps see an input: `jdk-version` is `INPUT_JDK_VERSION`.
    public static String variable(String name) {
        return "INPUT_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
