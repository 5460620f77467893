package io.slipway.engine.release;

import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The containers of apps, as rows: written before the engine is asked to make them.
final class AppContainers {
    private static final String COLUMNS =
            """
            select c.name, c.placement_id, c.release_id, c.state, c.backend, c.port, r.number as release,
                   extract(epoch from now() - c.served_at)::bigint as served_seconds
            from app_containers c join releases r on r.id = c.release_id
            """;

    /// Held until the transaction's end, so that no two containers take one slot.
    private static final String LOCK_SLOTS = "select pg_advisory_xact_lock(7236, ?::integer)";

    private static final String MAKE =
            """
            insert into app_containers (name, placement_id, release_id, slot)
            select ?, ?, ?, (
              select min(n) from generate_series(10, 249) n where n not in (
                select c.slot from app_containers c join placements o on o.id = c.placement_id
                where c.state <> 'gone' and c.slot is not null
                  and o.project_id = p.project_id and o.environment = p.environment))
            from placements p where p.id = ?
            on conflict (name) do nothing
            """;

    private static final String SLOT =
            "select coalesce(slot, 0) as slot from app_containers where name = ?";

    private static final String OPEN_ROLLOUT =
            """
            select exists (select from rollouts where placement_id = ? and state <> 'ended') as open
            """;

    private static final String OF =
            COLUMNS + " where c.placement_id = ? and c.state <> 'gone' order by c.created_at";

    private static final String PRESENT = COLUMNS + " where c.state <> 'gone'";

    private static final String SERVE =
            """
            update app_containers set state = 'serving', backend = ?, port = ?, served_at = now()
            where name = ?
            """;

    private static final String SET =
            """
            update app_containers set state = ?, gone_at = case when ? = 'gone' then now() end
            where name = ?
            """;

    private AppContainers() {}

    /// What a container does now.
    enum State {
        /// It was made and is not asked by anybody but the health check.
        STARTING,
        /// The switch may give it requests.
        SERVING,
        /// It was stopped so that the next release can have its volumes.
        PAUSED,
        /// It answers what it has begun, and gets nothing new.
        DRAINING,
        /// It was removed.
        GONE
    }

    /// A row.
    ///
    /// @param backend `address:port` for the switch; null for a worker or before it served
    /// @param release the release's number
    /// @param servedSeconds since it began to serve; null before
    record AppContainer(
            String name,
            long placementId,
            long releaseId,
            State state,
            @Nullable String backend,
            @Nullable Integer port,
            int release,
            @Nullable Long servedSeconds) {
        /// The same in another state.
        AppContainer in(State other) {
            return new AppContainer(
                    name, placementId, releaseId, other, backend, port, release, servedSeconds);
        }

        static AppContainer from(Row row) {
            return new AppContainer(
                    row.text("name"),
                    row.number("placement_id"),
                    row.number("release_id"),
                    row.choice("state", State.class),
                    row.textOrNull("backend"),
                    row.integerOrNull("port"),
                    row.integer("release"),
                    row.numberOrNull("served_seconds"));
        }
    }

    /// A row for a container that will be made, with an address of its own.
    ///
    /// @throws Fault UNAVAILABLE when the environment has no free address
    static void make(Tx tx, String name, Placement placement, long releaseId) {
        tx.query(LOCK_SLOTS, row -> true, placement.projectId() % Integer.MAX_VALUE);
        tx.update(MAKE, name, placement.id(), releaseId, placement.id());
        slot(tx, name);
    }

    /// Which of the addresses of its environment a container has.
    static int slot(Tx tx, String name) {
        int slot = tx.one(SLOT, row -> row.integer("slot"), name);
        if (slot == 0) {
            throw new Fault(
                    Kind.UNAVAILABLE,
                    "cannot start the app: its environment has no free address",
                    "remove apps of this project");
        }
        return slot;
    }

    /// Locks the container's placement, so that no rollout begins or goes on before the
    /// transaction's end.
    ///
    /// @param alone whether a rollout that is on its way is in the way
    /// @return false when the row says something else by now, or a rollout is in the way
    static boolean locked(Tx tx, AppContainer container, boolean alone) {
        Placements.lock(tx, container.placementId());
        if (alone && tx.one(OPEN_ROLLOUT, row -> row.flag("open"), container.placementId())) {
            return false;
        }
        return of(tx, container.placementId()).stream()
                .anyMatch(
                        now ->
                                now.name().equals(container.name())
                                        && now.state() == container.state());
    }

    /// Those of a placement that are not gone, oldest first.
    static List<AppContainer> of(Tx tx, long placementId) {
        return tx.query(OF, AppContainer::from, placementId);
    }

    static List<AppContainer> present(Tx tx) {
        return tx.query(PRESENT, AppContainer::from);
    }

    static void serve(Tx tx, String name, @Nullable String backend, int port) {
        tx.update(SERVE, backend, port == 0 ? null : port, name);
    }

    static void set(Tx tx, String name, State state) {
        String text = state.name().toLowerCase(java.util.Locale.ROOT);
        tx.update(SET, text, text, name);
    }
}
