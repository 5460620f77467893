package io.slipway.web.overview;

import com.fasterxml.jackson.annotation.JsonIgnore;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.engine.access.Access;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/// Rollouts of all projects, filtered by the server, page by page.
public final class RolloutsApi {
    /// A filter that is not given is null.
    private static final String PAGE =
            """
            select o.id, p.name as project, o.number, a.app, a.environment, t.number as release,
                f.number as from_release, r.number as run, r.author, t.cause as because, o.state, o.outcome,
                o.cause, o.started_at, o.switched_at, o.ended_at
            from rollouts o
            join projects p on p.id = o.project_id
            join placements a on a.id = o.placement_id
            join releases t on t.id = o.release_id
            left join releases f on f.id = o.from_release
            join attempts m on m.id = o.attempt_id
            join jobs j on j.id = m.job_id
            join runs r on r.id = j.run_id
            where o.project_id = any(?::bigint[])
              and o.id < ?
              and (?::text is null or p.name = ?)
              and (?::text is null or a.environment = ?)
              and (?::text is null or a.app = ?)
              and (?::text is null
                or (? = 'moving' and o.state <> 'ended')
                or (? = 'failed' and o.state = 'ended' and o.outcome in ('failed', 'errored'))
                or (? = 'succeeded' and o.outcome = 'succeeded'))
            order by o.id desc
            limit ?
            """;

    private final Database database;

    /// Adds the operation.
    public RolloutsApi(Api api, Database database) {
        this.database = database;
        api.get("/rollouts", this::page);
    }

    private record Page(List<OfRollout> rollouts, @Nullable String next) {}

    /// A rollout among those of other projects.
    ///
    /// @param from the release that served before
    /// @param because why the release was made
    /// @param by who wrote the run's commit
    private record OfRollout(
            @JsonIgnore long id,
            String project,
            int number,
            String app,
            String environment,
            int release,
            @Nullable Integer from,
            int run,
            String because,
            String by,
            String state,
            @Nullable String outcome,
            @Nullable String cause,
            String startedAt,
            @Nullable String switchedAt,
            @Nullable String endedAt) {}

    private Object page(ApiRequest request) {
        String project = request.query("project");
        String environment = request.query("environment");
        String app = request.query("app");
        String state = request.query("state");
        int limit = Math.max(1, request.query("limit", 30, 100));
        long before = Cursor.read(request.query("cursor"));
        List<OfRollout> found =
                database.read(
                        tx ->
                                tx.query(
                                        PAGE,
                                        RolloutsApi::rollout,
                                        Access.readable(tx, request.caller()),
                                        before,
                                        project,
                                        project,
                                        environment,
                                        environment,
                                        app,
                                        app,
                                        state,
                                        state,
                                        state,
                                        state,
                                        limit + 1));
        List<OfRollout> page = found.stream().limit(limit).toList();
        return new Page(page, found.size() > limit ? Cursor.text(page.getLast().id()) : null);
    }

    private static OfRollout rollout(Row row) {
        return new OfRollout(
                row.number("id"),
                row.text("project"),
                row.integer("number"),
                row.text("app"),
                row.text("environment"),
                row.integer("release"),
                row.integerOrNull("from_release"),
                row.integer("run"),
                row.text("because"),
                row.text("author"),
                row.text("state"),
                row.textOrNull("outcome"),
                row.textOrNull("cause"),
                row.instant("started_at").toString(),
                text(row.instantOrNull("switched_at")),
                text(row.instantOrNull("ended_at")));
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }
}
