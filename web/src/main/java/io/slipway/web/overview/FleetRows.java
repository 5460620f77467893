package io.slipway.web.overview;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonRawValue;

import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.access.Principal;
import io.slipway.engine.asking.Trusting;
import io.slipway.engine.route.AppAddresses;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/// The rows of the fleet: projects with their default branch and latest runs, apps with what
/// serves, what moves, what waits. One statement each, however many there are.
final class FleetRows {
    private static final String PROJECTS =
            """
            select p.id, p.name, p.default_branch, p.paused,
                n.number, n.ref, n.commit, n.subject, n.author, n.state, n.outcome, n.reason,
                n.created_at, n.ended_at, coalesce(s.runs, '[]') as latest, l.took as lead_time,
                coalesce(s.mine, false) as mine
            from projects p
            left join lateral (
                select * from runs
                where project_id = p.id
                  and (p.default_branch is null or ref = 'refs/heads/' || p.default_branch)
                  and (trigger <> 'manual' or delivery_id is not null) -- a rollback says nothing of the branch
                order by number desc limit 1) n on true
            left join lateral (
                select jsonb_agg(jsonb_build_object(
                    'number', r.number, 'state', r.state, 'outcome', r.outcome,
                    'milliseconds', (extract(epoch from coalesce(r.ended_at, now()) - r.created_at) * 1000)::bigint)
                    order by r.number) as runs,
                    bool_or(r.principal_id = ? or lower(?) in (lower(r.author), lower(r.author_login))) as mine
                from (select * from runs where project_id = p.id order by number desc limit 12) r) s on true
            left join lateral (
                select percentile_disc(0.5) within group (order by t.took) as took
                from (
                    select (extract(epoch from o.switched_at - d.received_at) * 1000)::bigint as took
                    from rollouts o
                    join attempts a on a.id = o.attempt_id
                    join jobs j on j.id = a.job_id
                    join runs r on r.id = j.run_id
                    join deliveries d on d.id = r.delivery_id
                    where o.project_id = p.id and o.outcome = 'succeeded' and o.switched_at is not null
                    order by o.number desc limit 10) t) l on true
            where p.id = any(?::bigint[]) and p.name > ? and position(? in p.name) > 0
                and (?::text is null or exists (
                    select from placements e where e.project_id = p.id and e.environment = ?))
            order by p.name
            limit ?
            """;

    private static final String APPS =
            """
            select a.project_id, a.app, a.environment, a.trouble, a.loopback_port, h.host,
                live.number as release, r.commit, s.switched_at as since,
                o.number as rollout, t.number as to_release, o.state, o.outcome, o.cause
            from placements a
            left join releases live on live.id = a.live_release
            left join runs r on r.id = live.run_id
            left join lateral (
                select min(host) as host from hosts where placement_id = a.id) h on true
            left join lateral (
                select * from rollouts where placement_id = a.id order by number desc limit 1) o on true
            left join releases t on t.id = o.release_id
            left join lateral (
                select switched_at from rollouts
                where placement_id = a.id and release_id = a.live_release and outcome = 'succeeded'
                order by number desc limit 1) s on true
            where a.project_id = any(?::bigint[]) and (?::text is null or a.environment = ?)
            order by a.app, a.environment
            """;

    private static final String MOVING =
            """
            select r.id, p.name as project, r.number, r.ref, r.subject, r.author, r.cause, r.created_at,
                (select count(*) from jobs j where j.run_id = r.id) as jobs,
                (select count(*) from jobs j where j.run_id = r.id and j.state = 'ended') as ended,
                array(select j.name from jobs j where j.run_id = r.id and j.state = 'running'
                      order by j.position) as now
            from runs r
            join projects p on p.id = r.project_id
            where r.state <> 'ended' and r.project_id = any(?::bigint[])
            order by r.id
            limit 50
            """;

    private static final String WAITING =
            """
            select p.name as project, u.number, j.name as job,
                case when j.state = 'queued' then 'trust' else j.waits end as waits,
                case when j.state = 'queued' then
            """
                    + Trusting.HOW
                    + """
                             else j.waits_detail end as waits_detail, u.created_at
                    from jobs j
                    join runs u on u.id = j.run_id
                    join projects p on p.id = u.project_id
                    where u.state <> 'ended' and (
                            j.state = 'waiting' and j.waits in ('approval', 'pause')
                            or j.state = 'queued' and u.source_trust <> 'trusted' and
                    """
                    + Trusting.MAY_BEGIN
                    + """
                             is not true)
                      and j.project_id = any(?::bigint[])
                    order by j.id
                    limit 50
                    """;

    private FleetRows() {}

    /// A project.
    ///
    /// @param newest run of the default branch
    /// @param latest runs of all branches, at most twelve, the newest last
    /// @param leadTime milliseconds from a push to its traffic, the median of the last ten
    /// @param mine whether who asks pushed or started one of the latest, or wrote its commit
    record OfProject(
            @JsonIgnore long id,
            String name,
            @Nullable String defaultBranch,
            boolean paused,
            @Nullable Newest newest,
            @JsonRawValue String latest,
            @Nullable Long leadTime,
            boolean mine) {}

    /// The newest run of a branch.
    record Newest(
            int number,
            String ref,
            String commit,
            String subject,
            String author,
            String state,
            @Nullable String outcome,
            @Nullable String reason,
            String createdAt,
            @Nullable String endedAt) {}

    /// An app in an environment.
    ///
    /// @param commit of the release that serves
    /// @param since it serves
    record OfApp(
            @JsonIgnore long project,
            String app,
            String environment,
            @Nullable String url,
            @Nullable Integer release,
            @Nullable String commit,
            @Nullable String since,
            @Nullable String trouble,
            @Nullable Moved rollout) {}

    /// The newest rollout of an app.
    record Moved(
            int number,
            int release,
            String state,
            @Nullable String outcome,
            @Nullable String cause) {}

    /// A run that has not ended.
    record Moving(
            @JsonIgnore long id,
            String project,
            int run,
            String ref,
            String subject,
            String author,
            String cause,
            long jobs,
            long ended,
            List<String> now,
            String createdAt) {}

    /// A job that waits for somebody.
    record Waiting(
            String project,
            int run,
            String job,
            String waits,
            @Nullable String waitsDetail,
            String createdAt) {}

    /// @param after the last project of the page before
    /// @param part of its name
    /// @param environment where it has an app; null: anywhere or nowhere
    /// @param who asks
    record Wanted(
            String after, String part, @Nullable String environment, int limit, Principal who) {}

    static List<OfProject> projects(Tx tx, Long[] ids, Wanted wanted) {
        return tx.query(
                PROJECTS,
                row ->
                        new OfProject(
                                row.number("id"),
                                row.text("name"),
                                row.textOrNull("default_branch"),
                                row.flag("paused"),
                                newest(row),
                                row.json("latest"),
                                row.numberOrNull("lead_time"),
                                row.flag("mine")),
                wanted.who().id(),
                wanted.who().name(),
                ids,
                wanted.after(),
                wanted.part(),
                wanted.environment(),
                wanted.environment(),
                wanted.limit());
    }

    private static @Nullable Newest newest(Row row) {
        Integer number = row.integerOrNull("number");
        return number == null
                ? null
                : new Newest(
                        number,
                        row.text("ref"),
                        row.text("commit"),
                        row.text("subject"),
                        row.text("author"),
                        row.text("state"),
                        row.textOrNull("outcome"),
                        row.textOrNull("reason"),
                        row.instant("created_at").toString(),
                        text(row.instantOrNull("ended_at")));
    }

    static List<OfApp> apps(
            Tx tx, Long[] projects, @Nullable String environment, AppAddresses addresses) {
        return tx.query(APPS, row -> app(row, addresses), projects, environment, environment);
    }

    private static OfApp app(Row row, AppAddresses addresses) {
        String host = row.textOrNull("host");
        Integer release = row.integerOrNull("release");
        Integer rollout = row.integerOrNull("rollout");
        return new OfApp(
                row.number("project_id"),
                row.text("app"),
                row.text("environment"),
                host == null || release == null
                        ? null
                        : addresses.printed(host, row.integerOrNull("loopback_port")),
                release,
                row.textOrNull("commit"),
                text(row.instantOrNull("since")),
                row.textOrNull("trouble"),
                rollout == null
                        ? null
                        : new Moved(
                                rollout,
                                row.integer("to_release"),
                                row.text("state"),
                                row.textOrNull("outcome"),
                                row.textOrNull("cause")));
    }

    static List<Moving> moving(Tx tx, Long[] projects) {
        return tx.query(
                MOVING,
                row ->
                        new Moving(
                                row.number("id"),
                                row.text("project"),
                                row.integer("number"),
                                row.text("ref"),
                                row.text("subject"),
                                row.text("author"),
                                row.text("cause"),
                                row.number("jobs"),
                                row.number("ended"),
                                row.texts("now"),
                                row.instant("created_at").toString()),
                (Object) projects);
    }

    static List<Waiting> waiting(Tx tx, Long[] projects) {
        return tx.query(
                WAITING,
                row ->
                        new Waiting(
                                row.text("project"),
                                row.integer("number"),
                                row.text("job"),
                                row.text("waits"),
                                row.textOrNull("waits_detail"),
                                row.instant("created_at").toString()),
                (Object) projects);
    }

    private static @Nullable String text(@Nullable Instant at) {
        return at == null ? null : at.toString();
    }
}
