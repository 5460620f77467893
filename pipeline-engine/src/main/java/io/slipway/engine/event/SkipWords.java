package io.slipway.engine.event;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Words in a commit's message that ask for no run of it.
public final class SkipWords {
    private static final List<String> WORDS = List.of("[skip ci]", "[ci skip]", "[skip slipway]");

    private SkipWords() {}

    /// Why a commit is not to be run, for people; empty when it is.
    ///
    /// @param message whole; upper and lower case are one
    public static Optional<String> in(String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        return WORDS.stream()
                .filter(lower::contains)
                .findFirst()
                .map(word -> "the commit's message says " + word);
    }
}
