package io.slipway.engine.queue;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.engine.asking.Asking;
import io.slipway.engine.asking.Trusting;
import io.slipway.engine.log.LogPosition;
import io.slipway.engine.plan.JobSpecs;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.Runs;
import io.slipway.engine.source.CommitId;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// The queue as one server sees it: takes attempts, keeps them, gives them back. Times are those of
/// the database's clock.
final class Queue {
    /// How many are taken at once, at most. The statements have it as a number: of a limit that it
    /// cannot see, PostgreSQL assumes that a tenth of the table will be read, and for a long queue
    /// reads the whole table then.
    static final int MOST = 32;

    private final Database database;
    private final UUID server;
    private final String[] given;
    private final String instance;
    private final Instant begun;

    /// @param server this server's identity; only one process at a time has it
    Queue(Database database, UUID server) {
        this(database, server, Set.of());
    }

    /// @param given secrets that jobs get here beside those of the project's configuration
    Queue(Database database, UUID server, Set<String> given) {
        this.database = database;
        this.server = server;
        this.given = given.toArray(String[]::new);
        this.instance =
                database.read(tx -> tx.one("select id from instance", row -> row.text("id")));
        this.begun =
                database.read(
                        tx -> tx.one("select clock_timestamp() as now", row -> row.instant("now")));
    }

    String instance() {
        return instance;
    }

    /// Takes attempts: those whose holder vanished, those of an earlier process of this server, and
    /// queued ones that the gate lets through (pause, trust, concurrency, approval, capacity, the
    /// removal of an earlier attempt), in the projects' turn. One statement: of several servers
    /// each attempt has one that got it, and its fence is higher than any before. What is noted as
    /// held back is passed over, so that a claim costs the same however much that is.
    ///
    /// The claim also decides whether the secrets that a check names have values, and by which
    /// version of the project's configuration: the attempt keeps to it, whoever has it later. Where
    /// one has none the driver ends the attempt, and nothing of it begins.
    ///
    /// A holder that vanished is counted against the attempt, unless it gave it back or is this
    /// very process, which lives and has missed its lease. Another server that lives takes that
    /// back by [#livesOn].
    ///
    /// @param held attempts that this process drives already
    /// @param most how many at once, [#MOST] at most
    List<Claimed> claim(Collection<Long> held, int most) {
        return database.transaction(
                tx -> {
                    List<Claimed> claimed =
                            tx.query(
                                    CLAIM,
                                    this::claimed,
                                    server,
                                    held.toArray(Long[]::new),
                                    most,
                                    most,
                                    most,
                                    server,
                                    server,
                                    begun,
                                    server,
                                    begun,
                                    instance,
                                    given);
                    claimed.stream()
                            .map(one -> Long.toString(one.job().runId()))
                            .distinct()
                            .forEach(run -> tx.notify("run", run));
                    return claimed;
                });
    }

    /// The gate, of the attempt `a` of the job `j` of the run `u` of the project `p`: pause, trust,
    /// concurrency, approval. The claim decides by it; [GateHints] only notes what it said.
    static final String OPEN =
            "(not p.paused and "
                    + Trusting.MAY_BEGIN
                    + " and (u.concurrency_group is null or not exists (select 1 "
                    + Runs.IN_FRONT
                    + ")) and (not j.asks_approval or "
                    + Asking.APPROVED
                    + "))";

    /// What an earlier attempt has made is gone.
    private static final String ALONE =
            """
             and not exists (
                select 1
                from attempts e
                where e.job_id = a.job_id and e.number < a.number and e.removed_at is null)
            """;

    /// The holder of the attempt `a` before this claim has vanished, as far as anybody can tell.
    private static final String VANISHED =
            """
            a.state = 'running' and a.server_id is not null
                and not (a.server_id = ? and a.claimed_at >= ?)
            """;

    /// The version of the configuration that the attempt `a` begins with; none where no secret of
    /// it is named, or none is to be seen.
    private static final String CONFIGURED =
            """
            (select max(c.version)
                from jobs w
                join runs v on v.id = w.run_id
                join config_values c on c.project_id = w.project_id
                where w.id = a.job_id and w.spec -> 'secrets' is not null
                    and v.source_trust <> 'fork')
            """;

    /// Secrets of the job `j` that have no value in the attempt `t`: those of a fork have none.
    private static final String MISSING =
            """
            array(
                select distinct w.value
                from jsonb_each_text(j.spec -> 'secrets') w
                where w.value <> all (?) and not coalesce((
                    select c.value is not null
                    from config_values c
                    where c.project_id = j.project_id and c.app is null and c.name = w.value
                        and c.version <= t.config_version
                    order by c.version desc
                    limit 1), false)
                order by 1)
            """;

    private static final String NEXT =
            " order by a.turn, a.id limit " + MOST + " for update of a skip locked) next\n";

    static final String CLAIM =
            """
            with left_behind as (
                select a.id
                from attempts a
                where a.state = 'running' and (a.lease_until < clock_timestamp() or a.server_id = ?)
                    and a.id <> all (?)
                order by a.lease_until
                limit ?
                for update skip locked
            ), queued as (
                select c.id
                from (
                    select r.id, r.slots - (
                        select count(*)
                        from attempts b
                        where b.runner_id = r.id and b.state = 'running' and b.takes_slot) as slots
                    from runners r) room
                cross join lateral (
                    select next.id
                    from (
                        select a.id
                        from attempts a
                        join jobs j on j.id = a.job_id
                        join runs u on u.id = j.run_id
                        join projects p on p.id = a.project_id
                        where a.runner_id = room.id and a.state = 'queued' and a.takes_slot
                            and not a.held and a.not_before <= clock_timestamp() and
            """
                    + OPEN
                    + ALONE
                    + NEXT
                    + """
                            limit least(?, greatest(room.slots, 0))) c
                    ), queued_free as (
                        select next.id
                        from (
                            select a.id
                            from attempts a
                            join jobs j on j.id = a.job_id
                            join runs u on u.id = j.run_id
                            join projects p on p.id = a.project_id
                            where a.state = 'queued' and not a.takes_slot and not a.held
                                and a.not_before <= clock_timestamp() and
                    """
                    + OPEN
                    + ALONE
                    + NEXT
                    + """
                        limit ?
                    ), taken as (
                        update attempts a
                        set state = 'running', server_id = ?, fence = a.fence + 1,
                            lease_until = clock_timestamp() + interval '20 seconds',
                            expiries = a.expiries + case when
                    """
                    + VANISHED
                    + " then 1 else 0 end, counted_fences = case when "
                    + VANISHED
                    + """
                             then a.counted_fences || a.fence else a.counted_fences end,
                            config_version = coalesce(a.config_version,
                    """
                    + CONFIGURED
                    + """
                            ),
                            container = 'slipway-' || ? || '-' || a.job_id || '-' || a.number,
                            claimed_at = clock_timestamp(),
                            started_at = coalesce(a.started_at, clock_timestamp())
                        where a.id = any (array(
                            select id from left_behind
                            union all select id from queued
                            union all select id from queued_free))
                        returning a.*
                    ), begun as (
                        update jobs j
                        set state = 'running', started_at = coalesce(j.started_at, clock_timestamp())
                        from taken t
                        where j.id = t.job_id
                    )
                    select t.id, t.job_id, t.number, t.fence, t.nonce, t.retries, t.expiries,
                        t.cancel_at is not null as cancelled, t.cancel_reason,
                        t.may_run, t.log_chunks, t.log_lines, t.log_bytes, t.log_source, t.log_open, t.log_part,
                        (extract(epoch from clock_timestamp() - t.started_at) * 1000)::bigint as held,
                        (extract(epoch from clock_timestamp() - (
                            select min(s.started_at) from steps s where s.attempt_id = t.id)) * 1000
                        )::bigint as ran,
                        j.name, j.spec, j.project_id, p.name as project,
                        u.id as run_id, u.number as run_number, u.ref, u.commit, u.trigger, u.author,
                        u.source_trust <> 'trusted' as foreign,
                    """
                    + MISSING
                    + """
                     as missing
                    from taken t
                    join jobs j on j.id = t.job_id
                    join runs u on u.id = j.run_id
                    join projects p on p.id = j.project_id
                    order by t.turn, t.id
                    """;

    private Claimed claimed(Row row) {
        Long ran = row.numberOrNull("ran");
        String why = row.textOrNull("cancel_reason");
        return new Claimed(
                job(row),
                new AttemptName(instance, row.number("job_id"), row.integer("number")),
                row.number("fence"),
                row.text("nonce"),
                new LogPosition(
                        row.integer("log_chunks"),
                        row.number("log_lines"),
                        row.number("log_bytes"),
                        row.number("log_source"),
                        row.flag("log_open"),
                        row.integer("log_part")),
                new Claimed.Past(
                        row.integer("retries"),
                        row.integer("expiries"),
                        row.flag("may_run"),
                        ran == null ? null : Duration.ofMillis(ran),
                        Duration.ofMillis(row.number("held")),
                        row.flag("cancelled") ? (why == null ? "cancelled" : why) : null),
                row.texts("missing"));
    }

    private static Claim.Job job(Row row) {
        return new Claim.Job(
                row.number("job_id"),
                row.number("id"),
                row.number("project_id"),
                row.text("project"),
                row.number("run_id"),
                row.integer("run_number"),
                row.text("ref"),
                new CommitId(row.text("commit")),
                row.text("trigger"),
                row.text("author"),
                row.text("name"),
                JobSpecs.read(row.json("spec")),
                row.flag("foreign"));
    }

    private static final String LIVES_ON =
            """
            with lost as (
                select * from unnest(?, ?) as l (id, fence)
            ), innocent as (
                update attempts a
                set expiries = a.expiries - 1,
                    counted_fences = array_remove(a.counted_fences, l.fence)
                from lost l
                where a.id = l.id and a.state = 'running' and l.fence = any (a.counted_fences)
            )
            select l.id
            from lost l
            where not exists (
                select 1 from attempts a
                where a.id = l.id and a.state = 'running' and a.fence = l.fence)
            """;

    /// This process has lost its leases of these attempts, and lives: whoever has them now need not
    /// count that against them.
    ///
    /// @param lost attempts and the fences that it had
    /// @return those that somebody else has by now, or that have ended: there is no more to tell
    List<Long> livesOn(Map<Long, Long> lost) {
        Long[] ids = lost.keySet().toArray(Long[]::new);
        Long[] fences = lost.values().toArray(Long[]::new);
        return database.transaction(tx -> tx.query(LIVES_ON, row -> row.number("id"), ids, fences));
    }

    /// This process ends and lives no longer than its leases, which end by themselves: whoever
    /// takes what it still has does not count that against it.
    void leave() {
        database.change(
                tx ->
                        tx.update(
                                """
                                update attempts set server_id = null
                                where server_id = ? and state = 'running' and claimed_at >= ?
                                """,
                                server,
                                begun));
    }

    /// Lets an attempt go that its driver could not even end, and counts that against it.
    void giveUp(long attempt, long fence) {
        database.change(
                tx ->
                        tx.update(
                                """
                                update attempts
                                set server_id = null, lease_until = clock_timestamp(),
                                    expiries = expiries + 1
                                where id = ? and fence = ? and state = 'running'
                                """,
                                attempt,
                                fence));
    }

    /// Lets another server go on with an attempt at once.
    ///
    /// @return false when somebody else owns it already
    boolean giveBack(long attempt, long fence) {
        return database.transaction(
                tx -> {
                    int given =
                            tx.update(
                                    """
                                    update attempts
                                    set server_id = null, lease_until = clock_timestamp()
                                    where id = ? and fence = ? and state = 'running'
                                    """,
                                    attempt,
                                    fence);
                    tx.notify("queue", "");
                    return given > 0;
                });
    }
}
