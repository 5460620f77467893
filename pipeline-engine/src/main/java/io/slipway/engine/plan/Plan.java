package io.slipway.engine.plan;

import io.slipway.engine.definition.Problem;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What a trigger at one commit leads to.
///
/// @param jobs the graph, in the order in which it is shown
/// @param problems of the definition; with any, there are no jobs and the run fails at once
/// @param notes what was found and why, one sentence each, for the push terminal
/// @param gated whether an environment deploys from this branch, so that it moves when the run
///   succeeds
/// @param gate what decides whether something is rolled out, and who says so: `production takes
///   main (Slipway's default)`
/// @param notRolledOut why nothing is rolled out (`feature-x is not rolled out: production takes
///   main`); null when something is
public record Plan(
        List<PlannedJob> jobs,
        List<Problem> problems,
        List<String> notes,
        boolean gated,
        String gate,
        @Nullable String notRolledOut) {}
