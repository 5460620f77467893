package io.slipway.web.overview;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Principal;
import io.slipway.engine.asking.Trusting;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Runs of all projects, filtered by the server, page by page.
public final class RunsApi {
    private static final String REFS = "refs/heads/";

    /// A filter that is not given is null.
    private static final String PAGE =
            """
            select r.id, p.name as project, r.number, r.trigger, r.cause, r.ref, r.commit, r.subject,
                r.author, r.state, r.outcome, r.reason, r.created_at, r.ended_at,
                coalesce((
                    select string_agg(j.name, ', ' order by j.position)
                    from jobs j where j.run_id = r.id and r.state = 'running' and j.state = 'running'), '') as now,
                w.waits
            from runs r
            join projects p on p.id = r.project_id
            cross join lateral (
                select r.state = 'running' and (exists (
                        select 1 from jobs j
                        where j.run_id = r.id and j.waits in ('approval', 'pause'))
                    or exists (
                        select 1 from runs u
                        where u.id = r.id and
            """
                    + Trusting.MAY_BEGIN
                    + """
                                     is not true)) as waits) w
                    where r.project_id = any(?::bigint[])
                      and r.id < ?
                      and (?::text is null or p.name = ?)
                      and (?::text is null or r.ref = ?)
                      and (?::bigint is null or r.principal_id = ?
                        or lower(?) in (lower(r.author), lower(r.author_login)))
                      and (?::text is null
                        or (? = 'running' and r.state <> 'ended')
                        or (? = 'failed' and r.outcome in ('failed', 'errored'))
                        or r.outcome = ?
                        or (? = 'waiting' and w.waits))
                      and (?::text is null or position(lower(?) in lower(r.subject || ' ' || r.author || ' ' || r.commit || ' ' || p.name)) > 0)
                    order by r.id desc
                    limit ?
                    """;

    private final Database database;

    /// Adds the operation.
    public RunsApi(Api api, Database database) {
        this.database = database;
        api.get("/runs", this::page);
    }

    private record Page(List<OfRun> runs, @Nullable String next) {}

    /// A run among those of other projects.
    ///
    /// @param now names of the jobs that run now
    private record OfRun(
            @com.fasterxml.jackson.annotation.JsonIgnore long id,
            String project,
            int number,
            String trigger,
            String cause,
            String ref,
            @Nullable String branch,
            String commit,
            String subject,
            String author,
            String state,
            @Nullable String outcome,
            @Nullable String reason,
            String now,
            boolean waits,
            String createdAt,
            @Nullable String endedAt) {}

    private Object page(ApiRequest request) {
        String project = request.query("project");
        String branch = request.query("branch");
        String ref = branch == null ? null : REFS + branch;
        Principal who = request.caller().principal();
        Long mine = "true".equals(request.query("mine")) ? who.id() : null;
        String state = request.query("state");
        String text = request.query("q");
        int limit = Math.max(1, request.query("limit", 30, 100));
        long before = Cursor.read(request.query("cursor"));
        List<OfRun> found =
                database.read(
                        tx ->
                                tx.query(
                                        PAGE,
                                        RunsApi::run,
                                        Access.readable(tx, request.caller()),
                                        before,
                                        project,
                                        project,
                                        ref,
                                        ref,
                                        mine,
                                        mine,
                                        who.name(),
                                        state,
                                        state,
                                        state,
                                        state,
                                        state,
                                        text,
                                        text,
                                        limit + 1));
        List<OfRun> page = found.stream().limit(limit).toList();
        return new Page(page, found.size() > limit ? Cursor.text(page.getLast().id()) : null);
    }

    private static OfRun run(Row row) {
        String ref = row.text("ref");
        var ended = row.instantOrNull("ended_at");
        return new OfRun(
                row.number("id"),
                row.text("project"),
                row.integer("number"),
                row.text("trigger"),
                row.text("cause"),
                ref,
                ref.startsWith(REFS) ? ref.substring(REFS.length()) : null,
                row.text("commit"),
                row.text("subject"),
                row.text("author"),
                row.text("state"),
                row.textOrNull("outcome"),
                row.textOrNull("reason"),
                row.text("now"),
                row.flag("waits"),
                row.instant("created_at").toString(),
                ended == null ? null : ended.toString());
    }
}
