package io.slipway.engine.definition;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A job of `jobs:`, as written.
///
/// @param image a template, see [io.slipway.engine.grammar.Template]
/// @param needs names of jobs
/// @param env literal values
/// @param directory where steps start, normalised; empty for the root
/// @param network false for `none`
/// @param timeout null when not written
public record Job(
        String name,
        String image,
        List<Step> steps,
        List<String> needs,
        Map<String, String> env,
        String directory,
        Limits limits,
        boolean network,
        @Nullable Duration timeout) {

    /// A step.
    ///
    /// @param name null when not written
    /// @param run the script, literally
    /// @param env literal values
    /// @param directory where it starts, from the workspace's root; null: the job's
    public record Step(
            @Nullable String name,
            String run,
            Map<String, String> env,
            @Nullable String directory) {}
}
