package io.slipway.engine.trigger;

import io.slipway.engine.definition.Definition;
import io.slipway.engine.definition.Inclusions;
import io.slipway.engine.plan.Plan;
import io.slipway.engine.plan.PlanRequest;
import io.slipway.engine.plan.Planner;
import io.slipway.engine.source.SourceTree;

import org.jspecify.annotations.Nullable;

/// From a commit's files to its plan. Changes nothing.
@FunctionalInterface
public interface Planning {
    /// Reads the definition and plans.
    ///
    /// @param inclusions where the files come from that the definition includes
    Planned plan(PlanRequest request, SourceTree tree, Inclusions inclusions);

    /// The planner, on what [Definition#in] finds.
    static Planning by(Planner planner) {
        return (request, tree, inclusions) -> {
            Definition definition = Definition.in(tree, inclusions);
            return new Planned(definition.text(), planner.plan(definition, request, tree));
        };
    }

    /// A plan and what it was made of.
    ///
    /// @param definition text of `.slipway.yml`; null when there is none
    record Planned(@Nullable String definition, Plan plan) {}
}
