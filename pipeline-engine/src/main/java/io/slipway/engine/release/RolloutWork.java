package io.slipway.engine.release;

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

    /// Nothing: the container of a rollout that succeeded serves, and one that failed is removed by
    /// the rollout itself, else by the supervisor.
    @Override
    public void remove(AttemptName attempt) {}
}
