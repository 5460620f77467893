package io.slipway.engine.project;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import java.util.Set;
import java.util.regex.Pattern;

/// What names of projects, groups and apps have in common.
final class Names {
    private static final Pattern GRAMMAR = Pattern.compile("[a-z]([-a-z0-9]{0,38}[a-z0-9])?");

    /// First segments of Slipway's own paths, and every word that follows a project in a page's
    /// path: none can be a project, a group or a name in a group.
    static final Set<String> RESERVED =
            Set.of(
                    "api",
                    "v2",
                    "webhooks",
                    "assets",
                    "www",
                    "healthz",
                    "readyz",
                    "metrics",
                    "runs",
                    "rollouts",
                    "releases",
                    "images",
                    "apps",
                    "environments",
                    "settings",
                    "pipeline",
                    "jobs",
                    "logs",
                    "config",
                    "secrets",
                    "tokens",
                    "history");

    private Names() {}

    static boolean fits(String text) {
        return GRAMMAR.matcher(text).matches();
    }

    static Fault refused(String what, String text, String why) {
        return new Fault(
                Kind.CONFIGURATION,
                "cannot take '" + shown(text) + "' as the name of " + what + ": " + why,
                "use 1 to 40 of a-z, 0-9 and '-', a letter first and no '-' last");
    }

    /// Text from outside, safe to print.
    private static String shown(String text) {
        String plain = text.replaceAll("[^\\x21-\\x7e]", "?");
        return plain.length() > 80 ? plain.substring(0, 80) + "..." : plain;
    }
}
