package io.slipway.engine.release;

import io.slipway.engine.plan.JobSpec;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.JobWork;
import io.slipway.engine.run.Verdict;

/// Brings releases into environments.
public final class RolloutWork implements JobWork {
    private final RolloutParts parts;

    /// @param parts what it is done with
    public RolloutWork(RolloutParts parts) {
        this.parts = parts;
    }

    @Override
    public Verdict perform(Claim claim) throws InterruptedException {
        RolloutStart.Begun begun = new RolloutStart(parts, claim).begin();
        if (begun.rollout() == null) {
            return java.util.Objects.requireNonNull(begun.verdict());
        }
        return new RolloutDrive(parts, claim, begun.rollout()).drive();
    }

    /// Brings a ready image near while its rollout waits for the jobs that it needs.
    @Override
    public void prepare(AttemptName attempt, JobSpec spec) throws InterruptedException {
        String image = ((RolloutSpec) spec).app().image();
        if (image != null) {
            parts.deployer().pull(image, _ -> {});
        }
    }

    /// Nothing: the container of a rollout that succeeded serves, and one that failed is removed by
    /// the supervisor.
    @Override
    public void remove(AttemptName attempt) {}
}
