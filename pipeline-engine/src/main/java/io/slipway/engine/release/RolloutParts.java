package io.slipway.engine.release;

import io.slipway.db.Database;
import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.release.Deployer.AppOrder;
import io.slipway.engine.route.AppAddresses;
import io.slipway.engine.route.Routes;
import io.slipway.engine.route.Traffic;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.Verdict;

import java.util.List;
import java.util.Optional;

/// What rollouts are made with.
///
/// @param values what apps see as environment
/// @param addresses what URLs apps have
/// @param hooks what runs before a release serves
public record RolloutParts(
        Database database,
        Deployer deployer,
        Traffic traffic,
        Routes routes,
        AppValues values,
        AppAddresses addresses,
        Hooks hooks) {

    /// Runs what an app has run once, before a release of it serves.
    public interface Hooks {
        /// Runs all of it, or goes on with what an earlier claim began.
        ///
        /// @return why the release must not serve; empty when everything has ended well
        /// @throws io.slipway.fault.Fault when it cannot be told how something has ended
        Optional<Verdict> run(Before before) throws InterruptedException;

        /// Ends and removes what of a rollout there is.
        void remove(Rollout rollout);

        /// Removes what rollouts left that are over.
        void sweep();
    }

    /// What runs before a release serves.
    ///
    /// @param claim whose log takes what is printed; step by step from position 0
    /// @param app whose hooks
    /// @param like the app's own container, which does not run yet
    /// @param hidden values that must not be seen
    public record Before(
            Claim claim, Rollout rollout, AppSpec app, AppOrder like, List<String> hidden) {
        @Override
        public String toString() {
            return "before " + like;
        }
    }
}
