package io.slipway.engine.definition;

import io.slipway.engine.graph.Matrix;
import io.slipway.engine.graph.Need;
import io.slipway.engine.graph.Retry;
import io.slipway.engine.graph.Shell;
import io.slipway.engine.graph.When;
import io.slipway.engine.workspace.Surroundings;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A job of `jobs:`, as written.
///
/// @param image a template, see [io.slipway.engine.grammar.Template]; null for that of the kind of
///   the sources
/// @param needs other jobs
/// @param env literal values
/// @param directory where steps start, normalised; empty for the root
/// @param network false for `none`
/// @param timeout null when not written
/// @param matrix one job for each of its cells
/// @param secrets variable to name in the configuration
/// @param generate file of the workspace whose jobs are added to the run; null when not written
/// @param around what stands beside its steps and what they leave
/// @param environment where it deploys; null when not written
public record Job(
        String name,
        @Nullable String image,
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
        @Nullable String generate,
        Surroundings around,
        @Nullable String environment) {

    /// A step.
    ///
    /// @param name null when not written
    /// @param run the script, literally
    /// @param env literal values
    /// @param directory where it starts, from the workspace's root; null: the job's
    /// @param shell null when not written
    /// @param image a template; null: the job's container
    public record Step(
            @Nullable String name,
            String run,
            Map<String, String> env,
            @Nullable String directory,
            When when,
            @Nullable Shell shell,
            @Nullable String image) {}
}
