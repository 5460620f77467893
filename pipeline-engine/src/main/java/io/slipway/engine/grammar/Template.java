package io.slipway.engine.grammar;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Text in which `${branch}` stands for something and `$$` for `$`. Only the fields that are in
/// this form say so; in all others a `$` is nothing special, or refused.
public final class Template {
    /// What may stand in `${...}`.
    public static final List<String> VARIABLES = List.of("branch", "tag", "commit", "project");

    /// Begins the names of a matrix's values.
    public static final String MATRIX = "matrix.";

    private Template() {}

    /// The values of a matrix that a text names, each without [#MATRIX].
    public static Set<String> matrixNames(String text) {
        Set<String> names = new LinkedHashSet<>();
        walk(
                text,
                (name, out) -> {
                    if (name.startsWith(MATRIX)) {
                        names.add(name.substring(MATRIX.length()));
                    }
                },
                new ArrayList<>());
        return names;
    }

    /// What is wrong with a template; empty when nothing is.
    static Optional<Mistake> check(String text) {
        List<Mistake> mistakes = new ArrayList<>();
        walk(
                text,
                (name, out) -> {
                    if (!VARIABLES.contains(name) && !name.startsWith(MATRIX)) {
                        mistakes.add(unknown(name));
                    }
                },
                mistakes);
        return mistakes.stream().findFirst();
    }

    /// Puts in the values.
    ///
    /// @param text one without mistakes
    /// @param values for all of [#VARIABLES]; what is missing is empty
    public static String fill(String text, Map<String, String> values) {
        return walk(
                text, (name, out) -> out.append(values.getOrDefault(name, "")), new ArrayList<>());
    }

    private interface Variable {
        void found(String name, StringBuilder out);
    }

    private static String walk(String text, Variable variable, List<Mistake> mistakes) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '$') {
                out.append(c);
            } else if (text.startsWith("$$", i)) {
                out.append('$');
                i++;
            } else {
                int end = text.startsWith("${", i) ? text.indexOf('}', i) : -1;
                if (end < 0) {
                    mistakes.add(new Mistake("a '$' stands alone", "write $$ for the character"));
                    return out.toString();
                }
                variable.found(text.substring(i + 2, end), out);
                i = end;
            }
        }
        return out.toString();
    }

    private static Mistake unknown(String name) {
        return new Mistake(
                "unknown variable " + Quoted.of(name),
                Nearest.to(name, VARIABLES)
                        .map(near -> "did you mean '${" + near + "}'?")
                        .orElse("known are " + String.join(", ", VARIABLES)));
    }
}
