package io.slipway.engine.definition;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// A definition without problems, as written: defaults are the planner's. Maps keep the order of
/// the file.
///
/// @param env for every step
/// @param jobs by name
/// @param apps by name; null: what is found in the sources; empty: none
/// @param environments by name; null: production from the default branch; empty: none
/// @param places where all this stands
public record Pipeline(
        Map<String, String> env,
        Map<String, Job> jobs,
        @Nullable Map<String, App> apps,
        @Nullable Map<String, Environment> environments,
        Places places) {}
