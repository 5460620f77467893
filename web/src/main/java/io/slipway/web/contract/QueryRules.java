package io.slipway.web.contract;

import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What an operation takes in its query: nothing that the contract does not name, and of what it
/// names only values that it allows.
///
/// @param known in the contract's order
/// @param others whether what is not known is left out instead: `x-other-parameters`
public record QueryRules(List<Parameter> known, boolean others) {
    private static final int SHOWN = 60;

    /// @param words the only values; empty: any text
    /// @param range of a number; null: it is none
    record Parameter(String name, List<String> words, @Nullable Range range) {
        static Parameter of(JsonNode written) {
            JsonNode schema = written.path("schema");
            String type = schema.path("type").asString("");
            List<String> words = new ArrayList<>();
            schema.path("enum").forEach(word -> words.add(word.asString()));
            if (type.equals("boolean")) {
                words.addAll(List.of("true", "false"));
            }
            return new Parameter(
                    written.path("name").asString(),
                    List.copyOf(words),
                    type.equals("integer") ? Range.of(schema) : null);
        }

        private void check(String value) {
            if (!words.isEmpty() && !words.contains(value)) {
                throw bad(
                        name + " is '" + cut(value) + "'",
                        "use one of these: " + String.join(", ", words));
            }
            if (range != null && !range.has(value)) {
                throw bad(
                        name + " is '" + cut(value) + "'",
                        "use a number from " + range.least() + " to " + range.most());
            }
        }
    }

    /// Whole numbers, both ends with them.
    record Range(long least, long most) {
        static Range of(JsonNode schema) {
            return new Range(
                    schema.path("minimum").asLong(0),
                    schema.path("maximum").asLong(Integer.MAX_VALUE));
        }

        boolean has(String value) {
            if (!value.matches("[0-9]{1,15}")) {
                return false;
            }
            long number = Long.parseLong(value);
            return number >= least && number <= most;
        }
    }

    /// Lets the names of a query pass.
    ///
    /// @throws Fault CONFIGURATION for one that is not known
    public void checkNames(Set<String> given) {
        for (String name : given) {
            if (!others && known.stream().noneMatch(one -> one.name().equals(name))) {
                throw bad("the parameter " + cut(name) + " is unknown here", remedy());
            }
        }
    }

    /// Lets a value pass.
    ///
    /// @throws Fault CONFIGURATION for one that is not allowed
    public void checkValue(String name, String value) {
        known.stream().filter(one -> one.name().equals(name)).forEach(one -> one.check(value));
    }

    private String remedy() {
        List<String> names = known.stream().map(Parameter::name).toList();
        return names.isEmpty()
                ? "leave it out: there are none here"
                : "leave it out, or use one of these: " + String.join(", ", names);
    }

    private static String cut(String text) {
        return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
    }

    private static Fault bad(String what, String remedy) {
        return new Fault(Fault.Kind.CONFIGURATION, "cannot take the request: " + what, remedy);
    }
}
