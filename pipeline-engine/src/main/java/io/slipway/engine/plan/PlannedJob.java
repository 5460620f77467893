package io.slipway.engine.plan;

import io.slipway.engine.graph.Condition;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A node of a run's graph.
///
/// @param name unique in the run: `test`, `test (jdk=21)`, `image cart`, `cart to production`
/// @param needs names of jobs of the same plan that it waits for
/// @param when whether it runs
public record PlannedJob(String name, JobSpec spec, List<String> needs, When when) {
    /// Whether a job runs.
    ///
    /// @param outcome how what it needs must have ended
    /// @param skipped why it is skipped whatever happens, for people; null: it is not
    public record When(Condition outcome, @Nullable String skipped) {
        /// It runs once everything that it needs has passed.
        public static final When NEEDED = new When(Condition.SUCCESS, null);
    }

    /// A job that runs once everything that it needs has passed.
    public PlannedJob(String name, JobSpec spec, List<String> needs) {
        this(name, spec, needs, When.NEEDED);
    }

    /// The same by another name, after others.
    PlannedJob as(String other, List<String> after) {
        return new PlannedJob(other, spec, after, when);
    }

    /// The same with something else to do.
    public PlannedJob with(JobSpec other) {
        return new PlannedJob(name, other, needs, when);
    }
}
