package io.slipway.engine.release;

import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.run.Outcome;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/// Apps in their environments, as rows.
public final class Placements {
    private static final String BY_APP =
            "select "
                    + Placement.COLUMNS
                    + """
                    from placements p join projects j on j.id = p.project_id
                    where p.project_id = ? and p.environment = ? and p.app = ?
                    """;

    private static final String BY_ID =
            "select "
                    + Placement.COLUMNS
                    + " from placements p join projects j on j.id = p.project_id where p.id = ?";

    private static final String OF_PROJECT =
            "select "
                    + Placement.COLUMNS
                    + """
                    from placements p join projects j on j.id = p.project_id
                    where p.project_id = ? order by p.environment, p.app
                    """;

    private static final String OVERVIEW =
            "select "
                    + Placement.COLUMNS
                    + """
                    , h.host, r.number as live_number, o.number as rollout, x.number as rollout_release,
                    o.state, o.outcome, o.cause
                    from placements p join projects j on j.id = p.project_id
                    left join releases r on r.id = p.live_release
                    left join lateral (
                      select host from hosts where placement_id = p.id order by host limit 1) h on true
                    left join lateral (
                      select number, release_id, state, outcome, cause from rollouts
                      where placement_id = p.id order by id desc limit 1) o on true
                    left join releases x on x.id = o.release_id
                    where p.project_id = ? order by p.environment, p.app
                    """;

    private static final String ALL =
            "select "
                    + Placement.COLUMNS
                    + " from placements p join projects j on j.id = p.project_id order by p.id";

    private static final String MAKE =
            """
            insert into placements (project_id, environment, app, target_id)
            select ?, ?, ?, t.target_id
            from environment_targets t
            where (t.project_id is null or t.project_id = ?)
              and (t.environment is null or t.environment = ?)
            order by t.project_id nulls last, t.environment nulls last
            limit 1
            on conflict do nothing
            """;

    private static final String SERVING =
            """
            select name from app_containers where placement_id = ? and state = 'serving'
            order by served_at desc limit 1
            """;

    private static final String LOCK = "select id from placements where id = ? for update";

    private static final String CLAIM_HOST =
            """
            insert into hosts (host, placement_id) values (?, ?)
            on conflict (host) do update set host = excluded.host
            returning placement_id
            """;

    private static final String HOSTS =
            "select host from hosts where placement_id = ? order by host";

    private static final String DROP_HOSTS =
            "delete from hosts where placement_id = ? and host is distinct from ?";

    private Placements() {}

    /// An app in an environment at a glance.
    ///
    /// @param host by which it is reached; null when it is not public
    /// @param release number of the one that serves; null before the first
    /// @param newest the newest rollout; null before the first
    public record Overview(
            Placement placement,
            @Nullable String host,
            @Nullable Integer release,
            @Nullable Newest newest) {
        static Overview from(Row row) {
            Integer rollout = row.integerOrNull("rollout");
            return new Overview(
                    Placement.from(row),
                    row.textOrNull("host"),
                    row.integerOrNull("live_number"),
                    rollout == null
                            ? null
                            : new Newest(
                                    rollout,
                                    row.integer("rollout_release"),
                                    row.choice("state", RolloutState.class),
                                    row.choiceOrNull("outcome", Outcome.class),
                                    row.textOrNull("cause")));
        }
    }

    /// A rollout in short.
    ///
    /// @param release number of what it rolls out
    public record Newest(
            int number,
            int release,
            RolloutState state,
            @Nullable Outcome outcome,
            @Nullable String cause) {}

    /// All of a project at a glance, by environment and app.
    public static List<Overview> overview(Tx tx, long projectId) {
        return tx.query(OVERVIEW, Overview::from, projectId);
    }

    /// The row, if something was ever rolled out there.
    public static Optional<Placement> find(Tx tx, long projectId, String environment, String app) {
        return tx.first(BY_APP, Placement::from, projectId, environment, app);
    }

    /// All of a project, by environment and app.
    public static List<Placement> of(Tx tx, long projectId) {
        return tx.query(OF_PROJECT, Placement::from, projectId);
    }

    static List<Placement> all(Tx tx) {
        return tx.query(ALL, Placement::from);
    }

    /// The row of that id.
    public static Placement byId(Tx tx, long id) {
        return tx.one(BY_ID, Placement::from, id);
    }

    /// Name of the container that serves, the newest where there are two.
    public static Optional<String> serving(Tx tx, long placementId) {
        return tx.first(SERVING, row -> row.text("name"), placementId);
    }

    /// Hosts that lead to it.
    public static List<String> hosts(Tx tx, long placementId) {
        return tx.query(HOSTS, row -> row.text("host"), placementId);
    }

    /// The row, made when it is missing, locked until the transaction's end.
    static Placement locked(Tx tx, long projectId, String environment, String app) {
        tx.update(MAKE, projectId, environment, app, projectId, environment);
        Placement placement =
                find(tx, projectId, environment, app)
                        .orElseThrow(
                                () ->
                                        new Fault(
                                                Kind.CONFIGURATION,
                                                "cannot roll out to "
                                                        + environment
                                                        + ": it has no target",
                                                "give the environment a target under Settings"));
        return lock(tx, placement.id());
    }

    /// The row, locked until the transaction's end.
    static Placement lock(Tx tx, long id) {
        tx.query(LOCK, row -> true, id);
        return byId(tx, id);
    }

    /// Takes the host for the placement.
    ///
    /// @return the placement that has it already, if another one does
    static Optional<Placement> claimHost(Tx tx, String host, Placement placement) {
        long owner = tx.one(CLAIM_HOST, row -> row.number("placement_id"), host, placement.id());
        return owner == placement.id() ? Optional.empty() : Optional.of(byId(tx, owner));
    }

    /// Gives up the hosts that it no longer has.
    static void keepHost(Tx tx, long placementId, @Nullable String host) {
        tx.update(DROP_HOSTS, placementId, host);
    }
}
