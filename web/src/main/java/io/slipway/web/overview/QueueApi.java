package io.slipway.web.overview;

import com.fasterxml.jackson.annotation.JsonIgnore;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.engine.access.Access;
import io.slipway.engine.asking.Trusting;
import io.slipway.engine.run.Runs;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What executes jobs, what runs there, and what waits for it.
public final class QueueApi {
    private static final String RUNNERS =
            """
            select r.name, r.kind, r.slots,
                (select count(*) from attempts a
                 where a.runner_id = r.id and a.state = 'running' and a.takes_slot) as used,
                (select count(*) from attempts a
                 where a.runner_id = r.id and a.state = 'queued') as queued,
                array(select t.name from targets t where t.runner_id = r.id order by t.name) as targets
            from runners r
            order by r.name
            """;

    private static final String SERVERS =
            """
            select version, started_at, seen_at from servers
            where seen_at > now() - interval '1 minute' order by started_at
            """;

    /// In the order in which they are taken; jobs that wait for something else stand behind.
    private static final String WORK =
            """
            select place.turn, place.standing, j.id, p.name as project, u.number as run, j.name as job, u.ref,
                case when a.state = 'queued' and t.waits then 'waiting'
                    else coalesce(a.state, j.state) end as state,
                case when a.state is distinct from 'queued' then j.waits
                    when t.waits then 'trust'
                    when f.number is not null then 'concurrency'
                    when p.paused then 'pause' else 'capacity' end as waits,
                case when a.state is distinct from 'queued' then j.waits_detail
                    when t.waits then
            """
                    + Trusting.HOW
                    + """
                            else 'run ' || f.number end as waits_detail,
                        n.name as runner,
                        coalesce(a.claimed_at, a.queued_at, u.created_at) as since
                    from jobs j
                    join runs u on u.id = j.run_id
                    join projects p on p.id = j.project_id
                    cross join lateral (select min(o.number) as number
                    """
                    + Runs.IN_FRONT
                    + """
                    ) f
                    cross join lateral (select
                    """
                    + Trusting.MAY_BEGIN
                    + """
                    is not true as waits) t
                    left join attempts a on a.job_id = j.id and a.number = j.latest_attempt and a.state <> 'ended'
                    left join runners n on n.id = a.runner_id
                    cross join lateral (select
                        case when a.state = 'running' then 0 when a.state is null then 2 else 1 end as standing,
                        coalesce(a.turn, 9223372036854775807) as turn) place
                    where j.state <> 'ended' and u.state <> 'ended' and j.project_id = any(?::bigint[])
                      and (j.waits is null or j.waits <> 'needs')
                      and (?::text is null or p.name = ?)
                      and (?::text is null or (? = 'running') = (place.standing = 0))
                      and (place.standing, place.turn, j.id) > (?, ?, ?)
                    order by place.standing, place.turn, j.id
                    limit ?
                    """;

    private static final int MOST = 200;

    private final Database database;

    /// Adds the operations.
    public QueueApi(Api api, Database database) {
        this.database = database;
        api.get("/runners", this::runners);
        api.get("/queue", this::queue);
    }

    private record Runners(List<Runner> runners, List<Server> servers) {}

    private record Runner(
            String name, String kind, int slots, long used, long queued, List<String> targets) {}

    private record Server(String version, String startedAt, String seenAt) {}

    private record Queue(List<Job> jobs, @Nullable String next) {}

    /// Where a job stands: what runs first, then by turn.
    private record Place(int standing, long turn, long id) {
        private static final Pattern TEXT =
                Pattern.compile("([0-2])-([0-9a-z]{1,13})-([0-9a-z]{1,13})");

        /// @param cursor empty: none
        static Place of(String cursor) {
            if (cursor.isEmpty()) {
                return new Place(-1, 0, 0);
            }
            Matcher text = TEXT.matcher(cursor);
            if (!text.matches()) {
                throw ApiRequest.bad("cursor", "is none that was given out");
            }
            try {
                return new Place(
                        Integer.parseInt(text.group(1)),
                        Long.parseLong(text.group(2), 36),
                        Long.parseLong(text.group(3), 36));
            } catch (NumberFormatException e) {
                throw ApiRequest.bad("cursor", "is none that was given out");
            }
        }

        String text() {
            return standing + "-" + Long.toString(turn, 36) + "-" + Long.toString(id, 36);
        }
    }

    /// @param since it has been in this state
    private record Job(
            @JsonIgnore Place place,
            String project,
            int run,
            String job,
            String ref,
            String state,
            @Nullable String waits,
            @Nullable String waitsDetail,
            @Nullable String runner,
            String since) {}

    private Object runners(ApiRequest request) {
        return database.read(
                tx ->
                        new Runners(
                                tx.query(
                                        RUNNERS,
                                        row ->
                                                new Runner(
                                                        row.text("name"),
                                                        row.text("kind"),
                                                        row.integer("slots"),
                                                        row.number("used"),
                                                        row.number("queued"),
                                                        row.texts("targets"))),
                                tx.query(
                                        SERVERS,
                                        row ->
                                                new Server(
                                                        row.text("version"),
                                                        row.instant("started_at").toString(),
                                                        row.instant("seen_at").toString()))));
    }

    private Object queue(ApiRequest request) {
        String project = request.query("project");
        String state = request.query("state");
        int limit = Math.max(1, request.query("limit", MOST, MOST));
        Place after = Place.of(request.query("cursor", ""));
        List<Job> found =
                database.read(
                        tx ->
                                tx.query(
                                        WORK,
                                        QueueApi::job,
                                        Access.readable(tx, request.caller()),
                                        project,
                                        project,
                                        state,
                                        state,
                                        after.standing(),
                                        after.turn(),
                                        after.id(),
                                        limit + 1));
        List<Job> page = found.stream().limit(limit).toList();
        return new Queue(page, found.size() > limit ? page.getLast().place().text() : null);
    }

    private static Job job(Row row) {
        return new Job(
                new Place(row.integer("standing"), row.number("turn"), row.number("id")),
                row.text("project"),
                row.integer("run"),
                row.text("job"),
                row.text("ref"),
                row.text("state"),
                row.textOrNull("waits"),
                row.textOrNull("waits_detail"),
                row.textOrNull("runner"),
                row.instant("since").toString());
    }
}
