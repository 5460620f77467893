package io.slipway.engine.connect;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.asking.Trusting;
import io.slipway.engine.forge.api.Reply;
import io.slipway.engine.forge.api.RepositoryApi;
import io.slipway.engine.source.CommitId;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// One comment under each pull request that has a run, changed as its newest run goes on.
final class PullRequestComments implements Answering {
    private static final String NEWEST = "select coalesce(max(id), 0) as id from runs";

    private static final String ENLIST =
            """
            insert into forge_answers (kind, run_id, project_id, pull)
            select distinct on (p.project_id, p.number) 'comment', r.id, r.project_id, p.number
            from runs r
            join pull_requests p on p.project_id = r.project_id and p.open
                and (r.ref = 'refs/pull/' || p.number || '/head'
                    or not p.foreign_head and r.ref = p.head_ref)
            join project_remotes m on m.project_id = r.project_id
            where r.id > ? and r.created_at > now() - interval '24 hours'
                and m.forge <> 'generic' and (m.credential is not null or m.by_app)
                and r.created_at >= m.created_at
            order by p.project_id, p.number, r.id desc
            on conflict (project_id, pull) where kind = 'comment' do update
            set run_id = excluded.run_id, over = false, failing_since = null
            where forge_answers.run_id < excluded.run_id
            """;

    /// What the comment tells of its run `r`.
    private static final String CLAIM =
            """
            with standing as (
                select a.id, a.next_at, u.id || ' ' || case when u.state = 'ended' then u.outcome
                    when
            """
                    + Trusting.MAY_BEGIN
                    + """
                             is not true then 'waits'
                            else 'running' end as now
                        from forge_answers a
                        join runs u on u.id = a.run_id
                        join projects p on p.id = u.project_id
                        where a.kind = 'comment' and not a.over and a.next_at <= now()),
                    due as (
                        select a.id, s.now
                        from forge_answers a join standing s on s.id = a.id
                        where a.sent is distinct from s.now
                        order by a.next_at limit ?
                        for update of a skip locked)
                    update forge_answers a
                    set fence = a.fence + 1, next_at = now() + interval '5 minutes'
                    from due, runs r, projects p
                    where a.id = due.id and r.id = a.run_id and p.id = a.project_id
                    returning a.id, a.fence, a.project_id, a.failures, due.now, a.pull, r.id as run,
                        r.number, r.commit, coalesce(r.reason, '') as reason, p.name
                    """;

    private static final String COMMENT =
            """
            select comment, nonce, commented_at from pull_requests
            where project_id = ? and number = ?
            """;

    /// Written down before it is posted: whoever comes after a kill looks for it.
    private static final String BEGIN =
            """
            update pull_requests
            set commented_at = now(), nonce = replace(gen_random_uuid()::text, '-', '')
            where project_id = ? and number = ?
            """;

    private static final String KNOWN =
            "update pull_requests set comment = ? where project_id = ? and number = ?";

    private final Database database;
    private final PullRequestText text;
    private final Looked looked = new Looked();

    PullRequestComments(Database database, PullRequestText text) {
        this.database = database;
        this.text = text;
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
        String now = row.text("now");
        long project = row.number("project_id");
        int pull = row.integer("pull");
        PullRequestText.Run run =
                new PullRequestText.Run(
                        row.number("run"),
                        row.text("name"),
                        row.integer("number"),
                        new CommitId(row.text("commit")),
                        now.substring(now.indexOf(' ') + 1),
                        row.text("reason"));
        String name = "pull request " + pull + " of " + row.text("name");
        return Due.of(row, name, api -> said(api, project, pull, run));
    }

    /// What is known of the comment.
    private record Known(String comment, String nonce, @Nullable Instant since) {
        static Known of(Row row) {
            return new Known(
                    row.text("comment"), row.text("nonce"), row.instantOrNull("commented_at"));
        }
    }

    private Known known(long project, int pull) {
        return database.read(tx -> tx.one(COMMENT, Known::of, project, pull));
    }

    private Reply said(RepositoryApi api, long project, int pull, PullRequestText.Run run) {
        Known known = known(project, pull);
        Instant since = known.since();
        String comment = known.comment();
        if (comment.isEmpty() && since != null) {
            Optional<String> found =
                    api.findComment(pull, known.nonce(), since.minusSeconds(3_600));
            comment = found.orElse("");
            note(project, pull, comment);
        }
        return comment.isEmpty()
                ? written(api, project, pull, run)
                : changed(api, project, pull, run, new Known(comment, known.nonce(), since));
    }

    private Reply written(RepositoryApi api, long project, int pull, PullRequestText.Run run) {
        database.change(tx -> tx.update(BEGIN, project, pull));
        String nonce = known(project, pull).nonce();
        RepositoryApi.Told told = api.comment(pull, database.read(tx -> text.of(tx, run, nonce)));
        note(project, pull, told.id());
        return told.reply();
    }

    /// One that is not there any more is looked for the next time, and then written anew.
    private Reply changed(
            RepositoryApi api, long project, int pull, PullRequestText.Run run, Known known) {
        RepositoryApi.Told told =
                api.changeComment(
                        pull,
                        known.comment(),
                        database.read(tx -> text.of(tx, run, known.nonce())));
        if (told.reply().status() == 404) {
            database.change(tx -> tx.update(KNOWN, "", project, pull));
        }
        return told.reply();
    }

    private void note(long project, int pull, String comment) {
        if (!comment.isEmpty()) {
            database.change(tx -> tx.update(KNOWN, comment, project, pull));
        }
    }
}
