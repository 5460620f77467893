package io.slipway.engine.release;

import io.slipway.db.Database;
import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.release.Deployer.AppOrder;
import io.slipway.engine.route.AppAddresses;
import io.slipway.engine.route.Routes;
import io.slipway.engine.route.Traffic;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.Verdict;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

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
    private static final int DEFAULT_PORT = 8080;

    /// Which release, as which container.
    ///
    /// @param container that has a row
    /// @param fence of the rollout
    public record Whose(String container, Placement placement, long fence, Release release) {}

    /// What an app listens on, also when nobody says it.
    static int port(AppSpec app) {
        return app.port() == null ? DEFAULT_PORT : app.port();
    }

    /// The image of a release, as the target starts it: brought there, if it is not.
    public String image(Release release, Deployer.Progress progress) throws InterruptedException {
        Long imageId = release.imageId();
        if (imageId != null) {
            Releases.Image image = database.read(tx -> Releases.image(tx, imageId));
            return deployer.ensure(image.built());
        }
        return release.spec().image() == null
                ? release.engineId()
                : deployer.pull(release.image(), progress).engineId();
    }

    /// What a release's containers see as environment.
    public AppValues.Values values(Placement placement, Release release) {
        return database.read(
                tx ->
                        values.of(
                                tx,
                                placement.projectId(),
                                release.spec(),
                                release.configVersion()));
    }

    /// A release as its target is told of it.
    ///
    /// @param engineId the image, as the target starts it
    public AppOrder order(Whose whose, String engineId, AppValues.Values seen) {
        AppSpec app = whose.release().spec();
        Placement placement = whose.placement();
        Map<String, String> env = new LinkedHashMap<>(seen.env());
        Set<String> secret =
                env.keySet().stream()
                        .filter(name -> seen.hidden().contains(env.get(name)))
                        .collect(Collectors.toSet());
        int port = port(app);
        if (port != 0) {
            env.put("PORT", Integer.toString(port));
        }
        List<String> peers =
                database.read(tx -> Placements.of(tx, placement.projectId())).stream()
                        .filter(p -> p.environment().equals(placement.environment()))
                        .map(Placement::app)
                        .filter(name -> !name.equals(placement.app()))
                        .toList();
        return new AppOrder(
                whose.container(),
                placement,
                whose.fence(),
                whose.release().number(),
                database.read(tx -> AppContainers.slot(tx, whose.container())),
                engineId,
                app,
                env,
                secret,
                port,
                peers);
    }

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
