package io.slipway.engine.route;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Computes the route table from the database and brings it to the switch. A table that was
/// computed later has a higher revision and knows at least as much.
public final class Routes {
    private static final Logger log = LoggerFactory.getLogger(Routes.class);

    private static final String LOCK = "select pg_advisory_xact_lock(7235)";

    private static final String REVISION = "select nextval('route_revision') as revision";

    private static final String CATCH_UP =
            """
            select case when last_value < ? then setval('route_revision', ?) end as revision
            from route_revision
            """;

    private static final String TABLE =
            """
            select h.host, p.id, p.app, j.name as project, p.environment, p.trouble, p.loopback_port,
                   c.backend
            from hosts h
            join placements p on p.id = h.placement_id
            join projects j on j.id = p.project_id
            left join app_containers c
              on c.placement_id = p.id and c.state = 'serving' and c.backend is not null
            where p.live_release is not null
            order by h.host, c.served_at desc
            """;

    private final Database database;
    private final Traffic traffic;
    private final @Nullable ServerLink server;
    private final Own own;

    /// What is Slipway's own.
    ///
    /// @param hosts names
    /// @param self what it calls itself, without a slash at its end
    public record Own(List<String> hosts, String self) {}

    /// @param server how the switch reaches this server; null when there is no listener
    public Routes(Database database, Traffic traffic, @Nullable ServerLink server, Own own) {
        this.database = database;
        this.traffic = traffic;
        this.server = server;
        this.own = own;
    }

    /// Brings what the database says now to the switch. When it returns, the switch serves by it.
    public void publish() {
        RouteTable table = database.transaction(this::compute);
        try {
            traffic.apply(table);
        } catch (Fault e) {
            if (e.kind() != Fault.Kind.CONFLICT) {
                throw e;
            }
            overtake(table.revision());
        }
        log.debug("the switch serves by revision {}", table.revision());
    }

    /// The switch has a newer table: a later one of this database, which is as good, or one of a
    /// database that is no more, which ours must overtake.
    private void overtake(long refused) {
        long ahead = traffic.revision();
        log.info("the switch has revision {}, so {} came too late", ahead, refused);
        boolean foreign =
                database.transaction(
                        tx ->
                                tx.one(
                                        CATCH_UP,
                                        row -> row.numberOrNull("revision") != null,
                                        ahead,
                                        ahead));
        if (foreign) {
            traffic.apply(database.transaction(this::compute));
        }
    }

    private RouteTable compute(Tx tx) {
        tx.query(LOCK, row -> true);
        long revision = tx.one(REVISION, row -> row.number("revision"));
        Map<String, Route> routes = new HashMap<>();
        for (Found found : tx.query(TABLE, Found::from)) {
            routes.merge(found.host(), found.route(), Routes::merged);
        }
        return new RouteTable(revision, server, own.hosts(), routes, own.self());
    }

    private static Route merged(Route a, Route b) {
        List<String> backends = new ArrayList<>(a.backends());
        backends.addAll(b.backends());
        return new Route(
                a.app(), a.project(), a.environment(), a.cause(), backends, a.loopbackPort());
    }

    private record Found(String host, Route route) {
        static Found from(Row row) {
            String backend = row.textOrNull("backend");
            return new Found(
                    row.text("host"),
                    new Route(
                            row.text("app"),
                            row.text("project"),
                            row.text("environment"),
                            row.textOrNull("trouble"),
                            backend == null ? List.of() : List.of(backend),
                            row.integerOrNull("loopback_port")));
        }
    }
}
