package io.slipway.engine.inbox;

import io.slipway.db.Database;
import io.slipway.db.Json;
import io.slipway.db.Tx;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// Puts arrivals in as rows, many in one transaction. Whoever brought it is told after the commit.
/// Safe for use by many threads.
final class Insertion {
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

    /// The hook's own project has it.
    private static final String PING =
            """
            insert into webhook_deliveries (id, hook_id, project_id, forge_id, event, sender_id,
                sender_login, headers, body, body_size, body_sha256, events)
            select ?, h.id, h.project_id, ?, ?, ?, ?, ?, ?, ?, ?, ?
            from hooks h where h.id = ? and h.project_id is not null
            on conflict do nothing
            """;

    private final Database database;
    private final Together<Waiting> waiting = new Together<>("inbox-insert", this::write);

    /// @param inserted completed after the commit
    private record Waiting(UUID id, Arrival arrival, CompletableFuture<Boolean> inserted) {}

    Insertion(Database database) {
        this.database = database;
    }

    /// Puts it in, with others that arrive at the same time.
    ///
    /// @return false when it is there already or has no row to belong to; nothing is in then
    /// @throws Fault when the database can't do it
    boolean together(UUID id, Arrival arrival) {
        Waiting mine = new Waiting(id, arrival, new CompletableFuture<>());
        waiting.add(mine);
        try {
            return mine.inserted().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Fault fault && fault.kind() == Kind.UNAVAILABLE) {
                throw fault;
            }
            // Somebody else's may be what the database did not take.
            return database.transaction(tx -> one(tx, id, arrival));
        }
    }

    private void write(List<Waiting> batch) {
        // In one order on every server: no two of them wait for each other.
        batch.sort(Comparator.comparing(one -> one.arrival().digest(), Arrays::compare));
        try {
            int[] rows = database.transaction(tx -> tx.updateAll(INSERT, rows(batch)));
            for (int i = 0; i < rows.length; i++) {
                batch.get(i).inserted().complete(rows[i] == 1);
            }
        } catch (RuntimeException | Error e) {
            batch.forEach(one -> one.inserted().completeExceptionally(e));
        }
    }

    private static List<@Nullable Object[]> rows(List<Waiting> batch) {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (Waiting one : batch) {
            rows.add(row(one.id(), one.arrival()));
        }
        return rows;
    }

    /// Puts it in by itself.
    ///
    /// @return as [#together]
    static boolean one(Tx tx, UUID id, Arrival arrival) {
        return tx.update(INSERT, row(id, arrival)) == 1;
    }

    /// Puts in a ping that names no repository.
    ///
    /// @return false when it is there already or the hook is an organisation's
    static boolean ping(Tx tx, UUID id, Arrival arrival) {
        @Nullable Object[] row = row(id, arrival);
        return tx.update(PING, Arrays.copyOf(row, row.length - 1)) == 1;
    }

    private static @Nullable Object[] row(UUID id, Arrival arrival) {
        return new @Nullable Object[] {
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
            arrival.reading().repository()
        };
    }
}
