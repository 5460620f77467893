package io.slipway.engine.definition;

import java.util.Set;

/// The parser with everything that the language has, also what the engine refuses so far.
public final class WholeLanguage {
    private WholeLanguage() {}

    public static Definition parse(String file, String text) {
        return Definition.parse(file, text, Set.of());
    }
}
