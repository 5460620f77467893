package io.slipway.engine.release;

import io.slipway.db.Row;
import io.slipway.db.Tx;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/// The containers of apps, as rows: written before the engine is asked to make them.
final class AppContainers {
    private static final String COLUMNS =
            """
            select c.name, c.placement_id, c.release_id, c.state, c.backend, c.port, r.number as release,
                   extract(epoch from now() - c.served_at)::bigint as served_seconds
            from app_containers c join releases r on r.id = c.release_id
            """;

    private static final String MAKE =
            """
            insert into app_containers (name, placement_id, release_id) values (?, ?, ?)
            on conflict (name) do nothing
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

    static void make(Tx tx, String name, long placementId, long releaseId) {
        tx.update(MAKE, name, placementId, releaseId);
    }

    /// Those of a placement that are not gone, oldest first.
    static List<AppContainer> of(Tx tx, long placementId) {
        return tx.query(OF, AppContainer::from, placementId);
    }

    static Optional<AppContainer> serving(Tx tx, long placementId) {
        return of(tx, placementId).stream()
                .filter(c -> c.state() == State.SERVING)
                .reduce((a, b) -> b);
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
