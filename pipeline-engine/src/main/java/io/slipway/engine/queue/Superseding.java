package io.slipway.engine.queue;

import io.slipway.db.Database;
import io.slipway.engine.run.Runs;

import java.util.List;

/// Ends runs whose place a newer one of their concurrency group takes, as that one's policy says.
/// Any number of servers may look; who comes second finds nothing.
final class Superseding {
    /// Per group the newest run that ends others, and what it ends: with `cancel-running` all that
    /// have not begun to roll out, with `latest` those that wait for one in front of them. A retry
    /// of an older run is no newer run, and one that was asked for after the newer one stays.
    private static final String REPLACED =
            """
            with newest as (
                select n.project_id, n.concurrency_group,
                    max(n.number) filter (
                        where n.concurrency_policy = 'cancel-running') as cancels,
                    max(n.number) filter (
                        where n.concurrency_policy <> 'queue') as replaces
                from runs n
                where n.state <> 'ended' and n.concurrency_group is not null
                group by n.project_id, n.concurrency_group
                having count(*) > 1
            )
            select u.id, n.number as by
            from newest g
            join runs u on u.project_id = g.project_id
                and u.concurrency_group = g.concurrency_group
                and u.number < g.replaces and u.state = 'running'
            join runs n on n.project_id = g.project_id
                and n.concurrency_group = g.concurrency_group and n.number = g.replaces
                and n.concurrency_turn > u.concurrency_turn and n.state <> 'ended'
            where exists (
                    select 1
                    from jobs b
                    left join attempts a on a.job_id = b.id and a.number = b.latest_attempt
                    where b.run_id = u.id and b.state <> 'ended'
                        and (a.cancel_at is null or a.state = 'ended'))
                and (u.number < g.cancels and not exists (
                        select 1 from jobs b
                        where b.run_id = u.id and b.kind = 'rollout'
                            and (b.state = 'running' or b.outcome = 'succeeded'))
                    or not exists (
                        select 1 from jobs b where b.run_id = u.id and b.state = 'running')
                    and exists (select 1
            """
                    + Runs.IN_FRONT
                    + """
                            ))
                    order by u.id
                    """;

    private final Database database;
    private final Runs runs = new Runs();

    Superseding(Database database) {
        this.database = database;
    }

    private record Replaced(long run, int by) {}

    void look() {
        List<Replaced> replaced =
                database.read(
                        tx ->
                                tx.query(
                                        REPLACED,
                                        row -> new Replaced(row.number("id"), row.integer("by"))));
        replaced.forEach(one -> database.change(tx -> runs.supersede(tx, one.run(), one.by())));
    }
}
