package io.slipway.engine.definition;

import io.slipway.engine.graph.Matrix;
import io.slipway.engine.graph.Need;
import io.slipway.engine.graph.Retry;
import io.slipway.engine.graph.Shell;
import io.slipway.engine.graph.When;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A job of `jobs:`, as written.
///
/// @param image a template, see [io.slipway.engine.grammar.Template]
/// @param needs other jobs
/// @param env literal values
/// @param directory where steps start, normalised; empty for the root
/// @param network false for `none`
/// @param timeout null when not written
/// @param matrix one job for each of its cells
/// @param secrets variable to name in the configuration
/// @param generate file of the workspace whose jobs are added to the run; null when not written
public record Job(
        String name,
        String image,
        List<Step> steps,
        List<Need> needs,
        Map<String, String> env,
        String directory,
        Limits limits,
        boolean network,
        @Nullable Duration timeout,
        Matrix matrix,
        When when,
        Map<String, String> secrets,
        Retry retry,
        @Nullable String generate) {

    /// A step.
    ///
    /// @param name null when not written
    /// @param run the script, literally
    /// @param env literal values
    /// @param directory where it starts, from the workspace's root; null: the job's
    /// @param shell null when not written
    public record Step(
            @Nullable String name,
            String run,
            Map<String, String> env,
            @Nullable String directory,
            When when,
            @Nullable Shell shell) {}
}
