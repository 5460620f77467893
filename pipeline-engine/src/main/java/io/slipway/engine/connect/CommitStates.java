package io.slipway.engine.connect;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.forge.api.CommitState;
import io.slipway.engine.source.CommitId;

import java.util.List;

/// How the commits of runs stand: queued, running, and how they ended, with the cause in one line.
final class CommitStates implements Answering {
    private static final String NEWEST = "select coalesce(max(id), 0) as id from runs";

    private static final String ENLIST =
            """
            insert into forge_answers (run_id, project_id)
            select r.id, r.project_id
            from runs r join project_remotes p on p.project_id = r.project_id
            where r.id > ? and r.created_at > now() - interval '24 hours'
                and p.forge <> 'generic' and (p.credential is not null or p.by_app)
                and r.created_at >= p.created_at
            on conflict do nothing
            """;

    /// Where a run of the same commit speaks whose turn came later, an earlier one says nothing:
    /// not of the same ref, and nowhere that it was cancelled, as one is whose place another takes.
    /// One that is tried again has a new turn.
    private static final String CLAIM =
            """
            with due as (
                select a.id,
                    exists (
                        select 1 from runs n
                        where n.project_id = r.project_id and n.commit = r.commit
                            and n.concurrency_turn > r.concurrency_turn
                            and (n.ref = r.ref or r.outcome = 'cancelled')) as past,
                    case when r.state = 'ended' then r.outcome
                        when exists (select 1 from jobs j where j.run_id = r.id and j.started_at is not null)
                            then 'running'
                        else 'queued' end as now
                from forge_answers a join runs r on r.id = a.run_id
                where a.kind = 'state' and not a.over and a.next_at <= now()
                    and a.sent is distinct from
                        case when r.state = 'ended' then r.outcome
                            when exists (select 1 from jobs j where j.run_id = r.id and j.started_at is not null)
                                then 'running'
                            else 'queued' end
                order by a.next_at limit ?
                for update of a skip locked),
            silent as (
                update forge_answers a set next_at = now() + interval '10 seconds'
                from due where a.id = due.id and due.past)
            update forge_answers a
            set fence = a.fence + 1, next_at = now() + interval '2 minutes'
            from due, runs r join projects p on p.id = r.project_id
            where a.id = due.id and not due.past and r.id = a.run_id
            returning a.id, a.fence, a.project_id, a.failures, due.now, r.number, r.commit, r.ref,
                coalesce(r.reason, '') as reason, p.name
            """;

    /// What an earlier run said while a later one spoke may have come after it: the later one says
    /// again what it is.
    private static final String OVERTAKEN =
            """
            update forge_answers b set sent = '', fence = b.fence + 1, next_at = now()
            from forge_answers a join runs r on r.id = a.run_id
                join runs n on n.project_id = r.project_id and n.commit = r.commit
                    and n.ref = r.ref and n.concurrency_turn > r.concurrency_turn
            where a.id = ? and a.kind = 'state'
                and b.run_id = n.id and b.kind = 'state' and not b.over
            """;

    private final String self;
    private final Looked looked = new Looked();

    /// @param self what Slipway calls itself, without a trailing slash
    CommitStates(String self) {
        this.self = self;
    }

    @Override
    public void enlist(Database database) {
        long newest = database.read(tx -> tx.one(NEWEST, row -> row.number("id")));
        looked.upTo(newest, since -> database.change(tx -> tx.update(ENLIST, since)));
    }

    @Override
    public List<Due> claim(Tx tx, int most) {
        return tx.query(CLAIM, this::due, most);
    }

    /// To be called when something was said.
    static void said(Tx tx, long id) {
        tx.update(OVERTAKEN, id);
    }

    private Due due(Row row) {
        CommitState state = state(row);
        String name = "run " + row.integer("number") + " of " + row.text("name");
        return Due.of(row, name, api -> api.state(state));
    }

    private CommitState state(Row row) {
        String now = row.text("now");
        int number = row.integer("number");
        String reason = row.text("reason");
        String words = "run " + number + " " + now;
        return new CommitState(
                new CommitId(row.text("commit")),
                row.text("ref"),
                "slipway",
                word(now),
                reason.isEmpty() ? words : words + ": " + reason,
                self + "/" + row.text("name") + "/runs/" + number);
    }

    /// A run in which nothing had to be done keeps no required check waiting.
    static CommitState.Word word(String now) {
        return switch (now) {
            case "queued" -> CommitState.Word.QUEUED;
            case "running" -> CommitState.Word.RUNNING;
            case "succeeded", "skipped" -> CommitState.Word.SUCCEEDED;
            case "failed" -> CommitState.Word.FAILED;
            case "cancelled" -> CommitState.Word.CANCELLED;
            default -> CommitState.Word.ERRORED;
        };
    }
}
