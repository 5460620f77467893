package io.slipway.engine.manifest;

import io.slipway.engine.release.Deployer.AppOrder;
import io.slipway.engine.release.Deployer.Manifest;
import io.slipway.engine.release.Placement;
import io.slipway.engine.release.Release;
import io.slipway.engine.release.Releases;
import io.slipway.engine.release.RolloutParts;
import io.slipway.engine.release.RolloutParts.Whose;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import java.util.List;

/// What the rollout of an app's newest release applies to a target that is described by objects.
///
/// @param parts what rollouts are made with
public record ReleaseManifests(RolloutParts parts) {
    private static final String CONTAINER =
            """
            select c.name, o.fence
            from app_containers c join rollouts o on o.release_id = c.release_id
            where c.release_id = ? order by c.created_at desc, o.id desc limit 1
            """;

    /// @param release its number
    /// @param objects in the order in which they are applied
    public record Described(int release, List<Manifest> objects) {}

    /// @param compared whether the target is asked what applying them would change
    /// @throws Fault CONFLICT when the target is not described by objects; NOT_FOUND when nothing
    ///   was released
    public Described of(Placement placement, boolean compared) throws InterruptedException {
        if (!parts.deployer().isDescribed()) {
            throw new Fault(
                    Kind.CONFLICT,
                    "cannot print manifests of " + placement.app() + ": it runs on a Docker engine",
                    "only apps in a cluster have some: SLIPWAY_DEPLOYER=kubernetes");
        }
        Whose newest = newest(placement);
        AppOrder order =
                parts.order(
                        newest,
                        parts.image(newest.release(), line -> {}),
                        parts.values(placement, newest.release()));
        return new Described(order.release(), parts.deployer().manifests(order, compared));
    }

    private Whose newest(Placement placement) {
        return parts.database()
                .read(
                        tx -> {
                            Release release =
                                    Releases.newest(tx, placement.id(), Integer.MAX_VALUE, 1)
                                            .stream()
                                            .findFirst()
                                            .orElseThrow(() -> nothing(placement));
                            return tx.first(
                                            CONTAINER,
                                            row ->
                                                    new Whose(
                                                            row.text("name"),
                                                            placement,
                                                            row.number("fence"),
                                                            release),
                                            release.id())
                                    .orElseThrow(() -> nothing(placement));
                        });
    }

    private static Fault nothing(Placement placement) {
        return new Fault(
                Kind.NOT_FOUND,
                "cannot print manifests of " + placement.app() + ": nothing of it was rolled out",
                "push, then ask again");
    }
}
