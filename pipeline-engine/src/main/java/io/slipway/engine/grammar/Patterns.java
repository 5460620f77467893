package io.slipway.engine.grammar;

import java.util.ArrayList;
import java.util.List;

/// Patterns over branches, tags or paths, such as `main`, `release/**` and `!release/old`. A name
/// is taken when the last pattern that matches it has no `!` in front. Where the first pattern has
/// one, everything is taken that no pattern takes out.
public final class Patterns {
    private final List<Pattern> patterns;
    private final boolean byDefault;

    private record Pattern(Glob glob, boolean takes) {}

    private Patterns(List<Pattern> patterns) {
        this.patterns = patterns;
        this.byDefault = !patterns.isEmpty() && !patterns.getFirst().takes;
    }

    /// @param written as in the file; none take nothing
    public static Patterns of(List<String> written) {
        List<Pattern> patterns = new ArrayList<>();
        for (String text : written) {
            boolean takes = !text.startsWith("!");
            String glob = takes ? text : text.substring(1);
            patterns.add(new Pattern(new Glob(glob.endsWith("/") ? glob + "**" : glob), takes));
        }
        return new Patterns(List.copyOf(patterns));
    }

    /// Whether a name is taken.
    public boolean take(String name) {
        for (Pattern pattern : patterns.reversed()) {
            if (pattern.glob.matches(name)) {
                return pattern.takes;
            }
        }
        return byDefault;
    }
}
