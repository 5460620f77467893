package io.slipway.engine.connect;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.forge.api.Deployment;
import io.slipway.engine.forge.api.Reply;
import io.slipway.engine.forge.api.RepositoryApi;
import io.slipway.engine.source.CommitId;

import java.util.List;

/// What was rolled out where, on the forges that have records of that.
final class RolloutRecords implements Answering {
    private static final String NEWEST = "select coalesce(max(id), 0) as id from rollouts";

    private static final String ENLIST =
            """
            insert into forge_answers (kind, run_id, project_id, rollout_id)
            select 'rollout', j.run_id, o.project_id, o.id
            from rollouts o
            join attempts t on t.id = o.attempt_id
            join jobs j on j.id = t.job_id
            join project_remotes p on p.project_id = o.project_id
            where o.id > ? and o.started_at > now() - interval '24 hours'
                and p.forge in ('github', 'gitlab', 'bitbucket_data_center')
                and (p.credential is not null or p.by_app) and o.started_at >= p.created_at
            on conflict do nothing
            """;

    private static final String CLAIM =
            """
            with due as (
                select a.id,
                    case when o.state = 'ended' then o.outcome else 'running' end as now
                from forge_answers a join rollouts o on o.id = a.rollout_id
                where a.kind = 'rollout' and not a.over and a.next_at <= now()
                    and a.sent is distinct from
                        case when o.state = 'ended' then o.outcome else 'running' end
                order by a.next_at limit ?
                for update of a skip locked)
            update forge_answers a
            set fence = a.fence + 1, next_at = now() + interval '5 minutes'
            from due, rollouts o, placements l, runs r, projects p
            where a.id = due.id and o.id = a.rollout_id and l.id = o.placement_id
                and r.id = a.run_id and p.id = a.project_id
            returning a.id, a.fence, a.project_id, a.failures, due.now, a.nonce, a.thing,
                o.number as rollout, o.started_at, coalesce(o.cause, '') as cause,
                l.environment, l.app, r.number, r.commit, r.ref, p.name,
                coalesce((select min(h.host) from hosts h where h.placement_id = l.id), '') as host
            """;

    private static final String KNOWN =
            "update forge_answers set thing = ? where id = ? and fence = ?";

    private final Database database;
    private final String self;
    private final Looked looked = new Looked();

    /// @param self what Slipway calls itself, without a trailing slash
    RolloutRecords(Database database, String self) {
        this.database = database;
        this.self = self;
    }

    @Override
    public void enlist(Database from) {
        long newest = from.read(tx -> tx.one(NEWEST, row -> row.number("id")));
        looked.upTo(newest, since -> from.change(tx -> tx.update(ENLIST, since)));
    }

    @Override
    public List<Due> claim(Tx tx, int most) {
        return tx.query(CLAIM, this::due, most);
    }

    private Due due(Row row) {
        Deployment deployment = deployment(row);
        String known = row.text("thing");
        long id = row.number("id");
        long fence = row.number("fence");
        String name = "rollout " + row.integer("rollout") + " of " + row.text("name");
        return Due.of(row, name, api -> said(api, deployment, known, id, fence));
    }

    /// Whoever was killed before it could note the record's id finds the record again.
    private Reply said(
            RepositoryApi api, Deployment deployment, String known, long id, long fence) {
        RepositoryApi.Told told = api.deployment(deployment, known, fence > 1);
        if (!told.id().isEmpty() && !told.id().equals(known)) {
            database.change(tx -> tx.update(KNOWN, told.id(), id, fence));
        }
        return told.reply();
    }

    private Deployment deployment(Row row) {
        String now = row.text("now");
        int number = row.integer("number");
        String cause = row.text("cause");
        String words = "rollout " + row.integer("rollout") + " of " + row.text("app") + " " + now;
        String host = row.text("host");
        return new Deployment(
                row.text("nonce"),
                row.integer("rollout"),
                new CommitId(row.text("commit")),
                row.text("ref"),
                row.text("environment"),
                row.text("app"),
                CommitStates.word(now),
                cause.isEmpty() ? words : words + ": " + cause,
                self + "/" + row.text("name") + "/runs/" + number,
                host.isEmpty() ? "" : PullRequestText.page(self, host),
                row.instant("started_at"));
    }
}
