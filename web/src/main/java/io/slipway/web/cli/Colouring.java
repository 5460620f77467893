package io.slipway.web.cli;

import java.util.Map;

/// Whether what a word prints has colours, and whether it may be written over.
public final class Colouring {
    private Colouring() {}

    /// What `--color` says.
    public enum When {
        /// Also where nobody looks.
        always,
        /// In a terminal, unless NO_COLOR is set.
        auto,
        /// Nowhere.
        never
    }

    /// @param terminal whether standard output is one
    /// @param environment the process's
    public static boolean of(When when, boolean terminal, Map<String, String> environment) {
        return switch (when) {
            case always -> true;
            case never -> false;
            case auto -> terminal && environment.getOrDefault("NO_COLOR", "").isEmpty();
        };
    }

    /// Whether somebody looks at a terminal that understands escape sequences.
    ///
    /// @param environment the process's
    public static boolean terminal(Map<String, String> environment) {
        return System.console() != null
                && System.console().isTerminal()
                && !"dumb".equals(environment.getOrDefault("TERM", "dumb"));
    }
}
