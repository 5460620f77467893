package io.slipway.engine.plan;

import org.jspecify.annotations.Nullable;

/// Which environment takes what is pushed.
///
/// @param environment such as `production`; null when nothing is rolled out
/// @param gated whether an environment deploys from this ref
/// @param text the rule and who says so, for people
/// @param notRolledOut one sentence; null when it is rolled out
record Gate(
        @Nullable String environment, boolean gated, String text, @Nullable String notRolledOut) {
    static final String PRODUCTION = "production";
    private static final String BRANCHES = "refs/heads/";
    private static final String TAGS = "refs/tags/";

    /// The default: production from the default branch, which is the pushed one while there is
    /// none.
    static Gate byDefault(PlanRequest request) {
        String branch = branch(request.ref());
        String takes = request.defaultBranch() == null ? branch : request.defaultBranch();
        String rule = PRODUCTION + " takes " + (takes == null ? "the default branch" : takes);
        String text = rule + " (Slipway's default)";
        if (takes != null && takes.equals(branch)) {
            return new Gate(PRODUCTION, true, text, null);
        }
        return new Gate(null, false, text, shown(request.ref()) + " is not rolled out: " + rule);
    }

    /// `environments: {}`.
    static Gate nowhere() {
        String text = "no environment (.slipway.yml)";
        return new Gate(
                null, false, text, "nothing is rolled out: .slipway.yml says environments: {}");
    }

    static @Nullable String branch(String ref) {
        return ref.startsWith(BRANCHES) ? ref.substring(BRANCHES.length()) : null;
    }

    static @Nullable String tag(String ref) {
        return ref.startsWith(TAGS) ? ref.substring(TAGS.length()) : null;
    }

    /// A ref as people call it: `main`, `tag v1`.
    static String shown(String ref) {
        String branch = branch(ref);
        String tag = tag(ref);
        return branch != null ? branch : tag != null ? "tag " + tag : ref;
    }
}
