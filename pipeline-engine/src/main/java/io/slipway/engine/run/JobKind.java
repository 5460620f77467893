package io.slipway.engine.run;

import io.slipway.engine.plan.CheckSpec;
import io.slipway.engine.plan.ImageSpec;
import io.slipway.engine.plan.JobSpec;
import io.slipway.engine.plan.RolloutSpec;

/// What a job is for.
public enum JobKind {
    /// It checks something, in a container.
    CHECK,
    /// It builds an image.
    IMAGE,
    /// It brings a release into an environment.
    ROLLOUT;

    /// The kind of a job that does this.
    public static JobKind of(JobSpec spec) {
        return switch (spec) {
            case CheckSpec check -> CHECK;
            case ImageSpec image -> IMAGE;
            case RolloutSpec rollout -> ROLLOUT;
        };
    }
}
