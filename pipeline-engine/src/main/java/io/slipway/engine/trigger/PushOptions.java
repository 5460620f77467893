package io.slipway.engine.trigger;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What `git push -o` asked for. Options that are not Slipway's are none of its business.
///
/// @param skip the refs move and nothing is started
/// @param follow whether the push waits for what it starts
/// @param planOnly nothing moves and nothing starts; what would happen is told
/// @param unknown the first of Slipway's options that does not exist; null when all do
public record PushOptions(
        boolean skip, boolean follow, boolean planOnly, @Nullable String unknown) {
    private static final String OURS = "slipway.";

    /// Reads the options as git hands them over.
    public static PushOptions parse(List<String> options) {
        boolean skip = false;
        boolean follow = true;
        boolean plan = false;
        String unknown = null;
        for (String option : options) {
            switch (option) {
                case "slipway.skip" -> skip = true;
                case "slipway.plan" -> plan = true;
                case "slipway.wait=none" -> follow = false;
                case "slipway.wait" -> follow = true;
                default -> unknown = unknown == null && option.startsWith(OURS) ? option : unknown;
            }
        }
        return new PushOptions(skip, follow, plan, unknown);
    }
}
