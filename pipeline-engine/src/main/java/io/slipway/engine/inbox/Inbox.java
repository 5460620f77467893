package io.slipway.engine.inbox;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Caller;
import io.slipway.fault.Fault;

import java.util.Optional;
import java.util.UUID;

/// Takes what arrived: one row, and what is told afterwards is durable. Safe for use by many
/// threads and many servers.
public final class Inbox {
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
    private final Insertion insertion;
    private final Runnable wake;

    /// @param wake wakes the worker of this server once something is in
    public Inbox(Database database, Runnable wake) {
        this.database = database;
        this.insertion = new Insertion(database);
        this.wake = wake;
    }

    /// When it returns, what it says is committed.
    public Receipt take(Arrival arrival) {
        UUID id = UUID.randomUUID();
        Receipt receipt = arrival.isBarePing() ? pinged(id, arrival) : taken(id, arrival);
        wake.run();
        return receipt;
    }

    private Receipt taken(UUID id, Arrival arrival) {
        return insertion.together(id, arrival)
                ? new Receipt.Accepted(id)
                : database.transaction(tx -> other(tx, id, arrival));
    }

    /// It names no repository, so it binds the hook to none.
    private Receipt pinged(UUID id, Arrival arrival) {
        return database.transaction(
                tx ->
                        Insertion.ping(tx, id, arrival)
                                ? new Receipt.Accepted(id)
                                : known(tx, id, arrival).orElseGet(Receipt.Answered::new));
    }

    private static Receipt other(Tx tx, UUID id, Arrival arrival) {
        return known(tx, id, arrival)
                .or(() -> bound(tx, id, arrival))
                .or(() -> known(tx, id, arrival))
                .orElseGet(Receipt.Foreign::new);
    }

    /// What is here already by its body or by its name.
    private static Optional<Receipt> known(Tx tx, UUID id, Arrival arrival) {
        long hook = arrival.hook().id();
        Optional<UUID> same = tx.first(SAME_BODY, row -> row.uuid("id"), hook, arrival.digest());
        if (same.isPresent()) {
            if (same.get().equals(id)) {
                // A commit of which nobody said whether it came about.
                return Optional.of(new Receipt.Accepted(id));
            }
            tx.update(COPIED, same.get());
            return Optional.of(new Receipt.Copy(same.get()));
        }
        return tx.first(SAME_NAME, row -> row.uuid("id"), hook, arrival.forgeId())
                .map(Receipt.NameTaken::new);
    }

    /// What a hook's first deliveries do when there are many at once: one of them binds it, and all
    /// of that repository are taken.
    private static Optional<Receipt> bound(Tx tx, UUID id, Arrival arrival) {
        tx.query(HOLD_HOOK, row -> true, arrival.hook().id());
        tx.update(BIND, arrival.reading().repository(), arrival.hook().id());
        return Insertion.one(tx, id, arrival)
                ? Optional.of(new Receipt.Accepted(id))
                : Optional.empty();
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
