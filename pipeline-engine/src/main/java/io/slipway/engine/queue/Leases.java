package io.slipway.engine.queue;

import io.slipway.db.Database;

import java.util.Collection;
import java.util.List;

/// Renews what this server holds, on a connection of its own, so that a full pool loses no lease.
final class Leases {
    private final Database connection;

    /// @param connection a database with one connection, used for nothing else
    Leases(Database connection) {
        this.connection = connection;
    }

    /// A lease that holds on.
    ///
    /// @param cancelled why the attempt should be stopped; empty when nobody asked
    record Renewed(long attempt, String cancelled) {}

    /// Renews all of them.
    ///
    /// @return those that are still this server's; whatever is missing was lost
    List<Renewed> renew(Collection<Holding> held) {
        return connection.transaction(
                tx ->
                        tx.query(
                                """
                                with mine as (
                                    select a.id
                                    from unnest(?, ?) as h (id, fence)
                                    join attempts a on a.id = h.id
                                    where a.fence = h.fence and a.state = 'running'
                                    order by a.id
                                    for no key update of a
                                )
                                update attempts a
                                set lease_until = clock_timestamp() + interval '20 seconds'
                                from mine
                                where a.id = mine.id
                                returning a.id,
                                    case when a.cancel_at is null then ''
                                    else coalesce(nullif(a.cancel_reason, ''), 'cancelled')
                                    end as cancelled
                                """,
                                row -> new Renewed(row.number("id"), row.text("cancelled")),
                                held.stream()
                                        .map(one -> one.job().attemptId())
                                        .toArray(Long[]::new),
                                held.stream().map(Holding::fence).toArray(Long[]::new)));
    }
}
