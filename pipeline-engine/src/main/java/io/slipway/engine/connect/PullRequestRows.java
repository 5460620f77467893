package io.slipway.engine.connect;

import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.forge.ForgeEvent;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/// Pull requests as they were when they were last handled. Each method is part of the caller's
/// transaction.
final class PullRequestRows {
    private static final String FIND =
            """
            select number, open, draft, foreign_head, head_ref, head_commit, base_ref
            from pull_requests where project_id = ? and number = ?
            """;

    private static final String OPEN =
            """
            select number, open, draft, foreign_head, head_ref, head_commit, base_ref
            from pull_requests where project_id = ? and open order by number
            """;

    private static final String HANDLED =
            """
            insert into pull_requests (project_id, number, open, draft, foreign_head, head_ref,
                head_commit, base_ref)
            values (?, ?, ?, ?, ?, ?, ?, ?)
            on conflict (project_id, number) do update
            set open = excluded.open, draft = excluded.draft, foreign_head = excluded.foreign_head,
                head_ref = excluded.head_ref, base_ref = excluded.base_ref,
                head_commit = coalesce(excluded.head_commit, pull_requests.head_commit)
            """;

    private static final String ADOPT =
            """
            insert into pull_requests (project_id, number, open, draft, foreign_head, head_ref,
                head_commit, base_ref)
            values (?, ?, true, ?, ?, ?, ?, ?)
            on conflict do nothing
            """;

    private static final String CLOSE =
            "update pull_requests set open = false where project_id = ? and number = ?";

    /// Whoever compared before this was told begins anew.
    private static final String TOLD =
            """
            update project_remotes set pulls_mark = '', pulls_told = pulls_told + 1
            where project_id = ?
            """;

    /// A run may be older than what is known of its pull request.
    private static final String COMMENT =
            """
            insert into forge_answers (kind, run_id, project_id, pull)
            select 'comment', r.id, r.project_id, p.number
            from pull_requests p
            join runs r on r.project_id = p.project_id
                and (r.ref = 'refs/pull/' || p.number || '/head'
                    or not p.foreign_head and r.ref = p.head_ref and r.commit = p.head_commit)
            join project_remotes m on m.project_id = p.project_id
            where p.project_id = ? and p.number = ? and p.open
                and m.forge <> 'generic' and (m.credential is not null or m.by_app)
            order by r.id desc limit 1
            on conflict (project_id, pull) where kind = 'comment' do update
            set run_id = excluded.run_id, over = false, failing_since = null
            where forge_answers.run_id < excluded.run_id
            """;

    private PullRequestRows() {}

    /// @param commit null: the forge gave no whole name of it
    record Known(
            int number,
            boolean open,
            boolean draft,
            boolean foreign,
            String headRef,
            @Nullable String commit,
            String baseRef) {
        static Known of(Row row) {
            return new Known(
                    row.integer("number"),
                    row.flag("open"),
                    row.flag("draft"),
                    row.flag("foreign_head"),
                    row.text("head_ref"),
                    row.textOrNull("head_commit"),
                    row.text("base_ref"));
        }
    }

    static Optional<Known> find(Tx tx, long project, int number) {
        return tx.first(FIND, Known::of, project, number);
    }

    static List<Known> open(Tx tx, long project) {
        return tx.query(OPEN, Known::of, project);
    }

    /// It was handled as it is told here.
    static void handled(Tx tx, long project, ForgeEvent.PullRequest request) {
        tx.update(
                HANDLED,
                project,
                request.number(),
                true,
                request.draft(),
                request.fromFork(),
                request.headRef(),
                request.headCommit() == null ? null : request.headCommit().hex(),
                request.baseRef());
        tx.update(COMMENT, project, request.number());
        tx.update(TOLD, project);
    }

    /// It is over.
    static void closed(Tx tx, long project, int number) {
        tx.update(CLOSE, project, number);
        tx.update(TOLD, project);
    }

    /// It was open before the project was connected.
    static void adopt(Tx tx, long project, ForgeEvent.PullRequest request) {
        tx.update(
                ADOPT,
                project,
                request.number(),
                request.draft(),
                request.fromFork(),
                request.headRef(),
                request.headCommit() == null ? null : request.headCommit().hex(),
                request.baseRef());
    }
}
