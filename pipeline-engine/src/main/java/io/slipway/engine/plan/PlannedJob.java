package io.slipway.engine.plan;

import java.util.List;

/// A node of a run's graph.
///
/// @param name unique in the run: `test`, `image cart`, `cart to production`
/// @param needs names of jobs of the same plan that must succeed first
public record PlannedJob(String name, JobSpec spec, List<String> needs) {

    /// The same with something else to do.
    public PlannedJob with(JobSpec other) {
        return new PlannedJob(name, other, needs);
    }
}
