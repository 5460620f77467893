package io.slipway.engine.inbox;

import io.slipway.db.Database;
import io.slipway.db.Json;
import io.slipway.db.Tx;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Caller;
import io.slipway.fault.Fault;

import tools.jackson.databind.json.JsonMapper;

import java.util.Optional;
import java.util.UUID;

/// Takes what arrived: one insert, and what is told afterwards is durable. Safe for use by many
/// threads and many servers.
public final class Inbox {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// The project comes from the hook's own rows. Nothing is inserted when there is no such row,
    /// or when it is here already by its body or by its name.
    private static final String INSERT =
            """
            insert into webhook_deliveries (id, hook_id, project_id, forge_id, event, sender_id,
                sender_login, headers, body, body_size, body_sha256, events)
            select ?, r.hook_id, r.project_id, ?, ?, ?, ?, ?, ?, ?, ?, ?
            from hook_repositories r where r.hook_id = ? and r.repository_id = ?
            on conflict do nothing
            """;

    /// A hook of one project that was made without knowing the repository's id speaks for the first
    /// that it names, and for no other from then on.
    private static final String BIND =
            """
            insert into hook_repositories (hook_id, repository_id, project_id)
            select h.id, ?, h.project_id from hooks h
            where h.id = ? and h.project_id is not null
                and not exists (select 1 from hook_repositories r where r.hook_id = h.id)
            on conflict do nothing
            """;

    private static final String HOLD_HOOK = "select id from hooks where id = ? for update";

    private static final String SAME_BODY =
            """
            select id from webhook_deliveries
            where hook_id = ? and body_sha256 = ? and replay_of is null
            """;

    private static final String SAME_NAME =
            """
            select id from webhook_deliveries
            where hook_id = ? and forge_id = ? and forge_id <> '' and replay_of is null
            """;

    /// Thousands of copies at once write one row once.
    private static final String COPIED =
            """
            update webhook_deliveries set copied_at = now()
            where id = ? and copied_at is null and state = 'settled'
            """;

    private final Database database;
    private final Runnable wake;

    /// @param wake wakes the worker of this server once something is in
    public Inbox(Database database, Runnable wake) {
        this.database = database;
        this.wake = wake;
    }

    /// When it returns, what it says is committed.
    public Receipt take(Arrival arrival) {
        UUID id = UUID.randomUUID();
        Receipt receipt =
                database.transaction(tx -> insert(tx, id, arrival))
                        ? new Receipt.Accepted(id)
                        : database.transaction(tx -> other(tx, id, arrival));
        wake.run();
        return receipt;
    }

    private static boolean insert(Tx tx, UUID id, Arrival arrival) {
        return tx.update(
                        INSERT,
                        id,
                        arrival.forgeId(),
                        arrival.reading().event(),
                        arrival.reading().sender().id(),
                        arrival.reading().sender().login(),
                        new Json(JSON.writeValueAsString(arrival.headers())),
                        arrival.body(),
                        arrival.size(),
                        arrival.digest(),
                        new Json(ForgeEvents.write(arrival.reading().events())),
                        arrival.hook().id(),
                        arrival.reading().repository())
                == 1;
    }

    private static Receipt other(Tx tx, UUID id, Arrival arrival) {
        Hook hook = arrival.hook();
        Optional<UUID> same =
                tx.first(SAME_BODY, row -> row.uuid("id"), hook.id(), arrival.digest());
        if (same.isPresent()) {
            tx.update(COPIED, same.get());
            return new Receipt.Copy(same.get());
        }
        Optional<UUID> named =
                tx.first(SAME_NAME, row -> row.uuid("id"), hook.id(), arrival.forgeId());
        if (named.isPresent()) {
            return new Receipt.NameTaken(named.get());
        }
        tx.query(HOLD_HOOK, row -> true, hook.id());
        if (tx.update(BIND, arrival.reading().repository(), hook.id()) == 0) {
            return new Receipt.Foreign();
        }
        if (!insert(tx, id, arrival)) {
            throw new Fault(
                    Fault.Kind.UNAVAILABLE,
                    "cannot take the delivery: the hook is being removed",
                    "send it again");
        }
        return new Receipt.Accepted(id);
    }

    /// Puts a delivery in once more because a person says so: it is handled as if nothing of it had
    /// been handled before.
    ///
    /// @return the new delivery
    /// @throws Fault NOT_FOUND
    public UUID replay(Tx tx, long projectId, UUID delivery, Caller by) {
        UUID id = UUID.randomUUID();
        int made =
                tx.update(
                        """
                        insert into webhook_deliveries (id, hook_id, project_id, forge_id, event,
                            sender_id, sender_login, headers, body, body_size, body_sha256, events,
                            replay_of, replayed_by)
                        select ?, hook_id, project_id, forge_id, event, sender_id, sender_login,
                            headers, body, body_size, body_sha256, events, id, ?
                        from webhook_deliveries where id = ? and project_id = ?
                        """,
                        id,
                        by.principal().id(),
                        delivery,
                        projectId);
        if (made == 0) {
            throw new Fault(
                    Fault.Kind.NOT_FOUND,
                    "cannot replay: there is no delivery " + delivery,
                    "list them with 'slipway deliveries'");
        }
        Audit.add(
                tx,
                by.principal().id(),
                Audit.Entry.of(projectId, "delivery.replay", delivery.toString()));
        tx.afterCommit(wake);
        return id;
    }
}
