package io.slipway.engine.release;

import io.slipway.db.Tx;
import io.slipway.engine.plan.JobSpec;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.JobWork;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;

import java.util.Map;
import java.util.Optional;

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

    /// What moved traffic serves, and what is being taken back has its verdict. The rest, and what
    /// is left in the target, is the supervisor's.
    @Override
    public Verdict withoutDriver(Tx tx, Claim claim, Verdict stopped) {
        Optional<Rollout> found = Rollouts.ofAttempt(tx, claim.job().attemptId());
        if (found.isEmpty()) {
            return stopped;
        }
        tx.notify(Supervisor.CHANNEL, "");
        Rollout rollout = found.get();
        return switch (rollout.state()) {
            case STARTING, CHECKING -> {
                if (stopped.outcome() == Outcome.FAILED) {
                    Releases.reject(tx, rollout.releaseId(), true);
                }
                yield stopped;
            }
            case SWITCHING -> {
                int number = Releases.byId(tx, rollout.releaseId()).number();
                yield new Verdict(
                        Outcome.SUCCEEDED,
                        Reason.DONE,
                        "#" + number + "   live; the switch has not answered yet",
                        Map.of("release", number));
            }
            case UNDOING, ENDED -> rollout.ruled("it serves");
        };
    }

    @Override
    public Optional<String> pin(JobSpec spec) throws InterruptedException {
        String image = ((RolloutSpec) spec).app().image();
        return image == null
                ? Optional.empty()
                : Optional.of(parts.deployer().pull(image, _ -> {}).pinned());
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
