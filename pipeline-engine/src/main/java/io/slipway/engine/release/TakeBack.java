package io.slipway.engine.release;

import io.slipway.db.Database;
import io.slipway.engine.release.AppContainers.AppContainer;
import io.slipway.engine.release.AppContainers.State;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.ClaimLost;
import io.slipway.engine.run.Verdict;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Optional;

/// Takes back a rollout that has not moved traffic: the new container is stopped, the old one
/// serves as before. Why is written before anything is undone, so that a kill in between changes
/// neither the verdict nor its cause. What the engine does not let happen now is left to the
/// supervisor, who also removes the container.
final class TakeBack {
    private static final Logger log = LoggerFactory.getLogger(TakeBack.class);

    private final RolloutParts parts;
    private final Claim claim;
    private final Rollout rollout;
    private final String container;

    TakeBack(RolloutParts parts, Claim claim, Rollout rollout) {
        this.parts = parts;
        this.claim = claim;
        this.rollout = rollout;
        this.container = claim.name().toString();
    }

    /// @return the verdict, written and carried out
    Verdict because(Verdict verdict) {
        parts.database().change(tx -> Rollouts.rule(tx, rollout, claim.name(), verdict));
        return complete(verdict);
    }

    /// Goes on where an earlier claim, that had written the verdict, was cut off.
    Verdict complete(Verdict verdict) {
        Optional<Claim.Ended> before = claim.ended();
        try {
            undo();
        } catch (ClaimLost e) {
            throw e;
        } catch (RuntimeException e) {
            boolean told = !claim.ended().equals(before);
            if (Database.isAway(e) || told && letGo()) {
                throw e;
            }
            if (told) {
                // A cancel broke a call off: it asks for what is being done anyway.
                boolean interrupted = Thread.interrupted();
                assert interrupted || !interrupted;
                return complete(verdict);
            }
            log.warn("{} is taken back by the supervisor: {}", container, e.getMessage());
        }
        parts.database()
                .change(
                        tx -> {
                            Rollouts.undone(tx, rollout, claim.name());
                            AppContainers.set(tx, container, State.DRAINING);
                        });
        return verdict;
    }

    private boolean letGo() {
        return claim.ended()
                .filter(how -> how == Claim.Ended.LOST || how == Claim.Ended.SHUTDOWN)
                .isPresent();
    }

    private void undo() {
        parts.hooks().remove(rollout);
        parts.deployer().stop(container, Duration.ZERO);
        for (AppContainer old :
                parts.database().read(tx -> AppContainers.of(tx, rollout.placementId()))) {
            if (old.state() == State.PAUSED) {
                set(old.name(), State.SERVING);
                parts.deployer().restart(old.name());
                parts.routes().publish();
            } else if (old.state() == State.SERVING) {
                parts.deployer().restart(old.name()); // cut off between the two, it does not run
            }
        }
    }

    private void set(String name, State state) {
        parts.database()
                .change(
                        tx -> {
                            Rollouts.guard(tx, rollout, claim.name());
                            AppContainers.set(tx, name, state);
                        });
    }
}
