package io.slipway.engine.definition;

import io.slipway.engine.event.Triggers;
import io.slipway.engine.graph.Checkout;
import io.slipway.engine.graph.Concurrency;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// A definition without problems, as written: defaults are the planner's. Maps keep the order of
/// the file.
///
/// @param triggers what starts a run
/// @param concurrency null when not written
/// @param checkout null when not written
/// @param env for every step
/// @param jobs by name
/// @param apps by name; null: what is found in the sources; empty: none
/// @param environments by name; null: production from the default branch; empty: none
/// @param places where all this stands
public record Pipeline(
        Triggers triggers,
        @Nullable Concurrency concurrency,
        @Nullable Checkout checkout,
        Map<String, String> env,
        Map<String, Job> jobs,
        @Nullable Map<String, App> apps,
        @Nullable Map<String, Environment> environments,
        Places places) {
    /// One in which nothing is written.
    static Pipeline empty(Places places) {
        return new Pipeline(Triggers.DEFAULT, null, null, Map.of(), Map.of(), null, null, places);
    }
}
