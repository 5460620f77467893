package io.slipway.engine.queue;

import io.slipway.db.Database;
import io.slipway.db.Row;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// The rows of attempts, jobs and runs as lines, to be compared with [QueueModel]'s.
final class QueueRows {
    private QueueRows() {}

    /// @param ids of the servers, by their number in the model
    static List<String> of(Database database, List<UUID> ids) {
        List<String> all =
                new ArrayList<>(
                        database.read(
                                tx ->
                                        tx.query(
                                                """
                                                select a.job_id, a.number, a.state,
                                                    coalesce(a.outcome, '') as outcome, a.fence,
                                                    a.server_id::text as server,
                                                    extract(epoch from a.lease_until
                                                        - '2026-01-01 00:00:00+00')::bigint
                                                        as lease,
                                                    a.expiries,
                                                    a.cancel_at is not null as cancelled,
                                                    a.removed_at is not null as removed,
                                                    a.held
                                                from attempts a
                                                """,
                                                row -> attempt(row, ids))));
        all.addAll(
                database.read(
                        tx ->
                                tx.query(
                                        """
                                        select j.id || ' ' || u.state || ' ' || j.state || ' '
                                            || coalesce(j.outcome, '') as line
                                        from jobs j join runs u on u.id = j.run_id
                                        """,
                                        row -> row.text("line"))));
        return all.stream().sorted().toList();
    }

    private static String attempt(Row row, List<UUID> ids) {
        String server = row.textOrNull("server");
        Long lease = row.numberOrNull("lease");
        return "%d/%d %s %s fence %d server %d lease %s expiries %d cancelled %b removed %b held %b"
                .formatted(
                        row.number("job_id"),
                        row.integer("number"),
                        row.text("state"),
                        row.text("outcome"),
                        row.number("fence"),
                        server == null ? -1 : ids.indexOf(UUID.fromString(server)),
                        lease == null ? "-" : lease,
                        row.integer("expiries"),
                        row.flag("cancelled"),
                        row.flag("removed"),
                        row.flag("held"));
    }
}
