package io.slipway.engine.trigger;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.source.CommitId;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// What arrived, as rows: one for each ref of a push. A row is there before anything moves.
public final class Deliveries {
    private static final String COLUMNS_OF_PUSH =
            """
            select id, push_id, atomic, project_id, principal_id, ref, old_commit, new_commit,
                options, state, gated, result, reason
            from deliveries where push_id = ? order by ref
            """;

    private static final String BY_ID =
            """
            select id, push_id, atomic, project_id, principal_id, ref, old_commit, new_commit,
                options, state, gated, result, reason
            from deliveries where id = ?
            """;

    private static final String OF_SERVER =
            """
            select id, push_id, atomic, project_id, principal_id, ref, old_commit, new_commit,
                options, state, gated, result, reason
            from deliveries where state = 'received' and kind = 'push' and server_id = ?
            order by received_at, id
            """;

    /// Takes over what belongs to nobody who lives. The database's clock decides, and a row that
    /// somebody else is taking over is his.
    private static final String TAKE_OVER =
            """
            update deliveries set server_id = ?
            where id in (
                select d.id from deliveries d
                where d.state = 'received' and d.kind = 'push'
                    and d.server_id is distinct from ?
                    and not exists (
                        select 1 from servers s
                        where s.id = d.server_id
                            and s.seen_at > now() - ? * interval '1 millisecond')
                order by d.received_at limit 1000
                for update skip locked)
            """;

    /// Where the default branch has moved, its definition may say other schedules.
    private static final String SCHEDULES =
            """
            update projects p
            set schedules_asked = schedules_asked + 1
            from deliveries d
            where d.id = ? and p.id = d.project_id and d.ref like 'refs/heads/%'
                and d.ref = 'refs/heads/' || coalesce(p.default_branch, substr(d.ref, 12))
            """;

    private final Database database;

    public Deliveries(Database database) {
        this.database = database;
    }

    /// Where a delivery is on its way.
    enum State {
        /// It is written down; what it means has not been decided.
        RECEIVED,
        /// Its run exists; the ref waits for it.
        PLANNED,
        /// It is over.
        SETTLED
    }

    /// What became of the ref.
    public enum Result {
        /// It is where the pusher wanted it, or beyond.
        MOVED,
        /// It stays where it was.
        REFUSED,
        /// The delivery came to nothing.
        NONE
    }

    /// A row.
    ///
    /// @param gated whether the ref waits for the run; null until that is decided
    record Delivery(
            UUID id,
            UUID push,
            boolean atomic,
            long projectId,
            @Nullable Long principalId,
            Push.Change change,
            List<String> options,
            State state,
            @Nullable Boolean gated,
            @Nullable Result result,
            @Nullable String reason) {
        boolean waits() {
            return Boolean.TRUE.equals(gated);
        }
    }

    /// How a delivery ended.
    ///
    /// @param reason a few words for git's own line; empty when there is nothing to say
    public record Settled(Result result, String reason) {}

    /// Writes one row for each ref.
    ///
    /// @return their ids, in the push's order
    static List<UUID> receive(Tx tx, Push push, UUID server) {
        return push.changes().stream().map(change -> receive(tx, push, change, server)).toList();
    }

    private static UUID receive(Tx tx, Push push, Push.Change change, UUID server) {
        UUID id = UUID.randomUUID();
        tx.update(
                """
                insert into deliveries (id, kind, push_id, atomic, project_id, principal_id, ref,
                    old_commit, new_commit, options, server_id)
                values (?, 'push', ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                id,
                push.id(),
                push.atomic(),
                push.projectId(),
                push.principalId(),
                change.ref(),
                hex(change.from()),
                hex(change.to()),
                push.options().toArray(String[]::new),
                server);
        return id;
    }

    /// Notes whether the ref waits for its run, before it moves.
    ///
    /// @return false when another server has taken the delivery over
    static boolean decide(Tx tx, UUID id, boolean gated, UUID server) {
        return tx.update(
                        """
                        update deliveries set gated = ?
                        where id = ? and state = 'received' and server_id = ?
                        """,
                        gated,
                        id,
                        server)
                == 1;
    }

    /// Holds these until the transaction ends, as long as nobody else has them.
    ///
    /// @return false when one is over, or another server's
    static boolean mine(Tx tx, List<UUID> ids, UUID server) {
        return tx.query(
                                """
                                select 1 as one from deliveries
                                where state = 'received' and id = any (?::uuid[]) and server_id = ?
                                order by id
                                for update
                                """,
                                row -> true,
                                ids.stream().map(UUID::toString).toArray(String[]::new),
                                server)
                        .size()
                == ids.size();
    }

    /// The run exists; the ref waits for it.
    static void plan(Tx tx, UUID id) {
        tx.update(
                "update deliveries set state = 'planned' where id = ? and state = 'received'", id);
    }

    /// It is over, or over once more when a run is tried again.
    static void settle(Tx tx, UUID id, Result result, String reason) {
        tx.update(
                """
                update deliveries
                set state = 'settled', result = ?, reason = ?, settled_at = clock_timestamp()
                where id = ? and result is distinct from 'moved'
                """,
                result,
                reason,
                id);
        if (result == Result.MOVED) {
            tx.update(SCHEDULES, id);
        }
    }

    /// How a delivery ended; empty while it waits.
    public Optional<Settled> settled(UUID id) {
        return database.read(
                tx ->
                        tx.first(
                                """
                                select result, coalesce(reason, '') as reason
                                from deliveries where id = ? and state = 'settled'
                                """,
                                row -> new Settled(result(row), row.text("reason")),
                                id));
    }

    static Optional<Delivery> find(Tx tx, UUID id) {
        return tx.first(BY_ID, Deliveries::delivery, id);
    }

    /// What this server has not come to an end with.
    static List<Delivery> received(Tx tx, UUID server) {
        return tx.query(OF_SERVER, Deliveries::delivery, server);
    }

    /// Makes this server the holder of what a server left that was not seen for that long.
    ///
    /// @return how many
    static int takeOver(Tx tx, UUID server, Duration unseen) {
        return tx.update(TAKE_OVER, server, server, unseen.toMillis());
    }

    /// The refs of one push, held until the transaction ends: whoever settles is alone.
    static List<Delivery> hold(Tx tx, UUID push) {
        tx.query(
                "select 1 as one from deliveries where push_id = ? order by id for update",
                row -> true,
                push);
        return tx.query(COLUMNS_OF_PUSH, Deliveries::delivery, push);
    }

    /// Whether the branch waited for its run the last time that a push of it started one.
    static boolean wasGated(Tx tx, long projectId, String ref) {
        return tx.first(
                        """
                        select gated from deliveries
                        where project_id = ? and ref = ? and gated is not null
                            and state <> 'received'
                            and (gated or exists (select 1 from runs where delivery_id = deliveries.id))
                        order by received_at desc limit 1
                        """,
                        row -> row.flag("gated"),
                        projectId,
                        ref)
                .orElse(false);
    }

    /// The number of the run that brought a ref to a commit, where the ref is now. Refs move just
    /// before their delivery is settled: one that is still open is the mover as well.
    static Optional<Integer> mover(Tx tx, long projectId, String ref, CommitId commit) {
        return tx.first(
                """
                select r.number
                from deliveries d join runs r on r.delivery_id = d.id
                where d.project_id = ? and d.ref = ? and d.new_commit = ?
                    and coalesce(d.result, 'moved') = 'moved'
                order by d.settled_at desc nulls last limit 1
                """,
                row -> row.integer("number"),
                projectId,
                ref,
                commit.hex());
    }

    private static Delivery delivery(Row row) {
        return new Delivery(
                row.uuid("id"),
                row.uuid("push_id"),
                row.flag("atomic"),
                row.number("project_id"),
                row.numberOrNull("principal_id"),
                new Push.Change(
                        row.text("ref"),
                        commit(row.textOrNull("old_commit")),
                        commit(row.textOrNull("new_commit"))),
                row.texts("options"),
                row.choice("state", State.class),
                row.flagOrNull("gated"),
                row.choiceOrNull("result", Result.class),
                row.textOrNull("reason"));
    }

    private static Result result(Row row) {
        Result result = row.choiceOrNull("result", Result.class);
        return result == null ? Result.NONE : result;
    }

    private static @Nullable CommitId commit(@Nullable String hex) {
        return hex == null ? null : new CommitId(hex);
    }

    private static @Nullable String hex(@Nullable CommitId commit) {
        return commit == null ? null : commit.hex();
    }
}
