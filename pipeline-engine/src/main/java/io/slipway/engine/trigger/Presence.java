package io.slipway.engine.trigger;

import io.slipway.db.Database;
import io.slipway.fault.Rounds;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Set;
import java.util.UUID;

/// Tells the other servers of the instance that this one lives, until it is closed. They end what a
/// server left that is gone.
public final class Presence implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Presence.class);
    private static final Duration EACH = Duration.ofSeconds(5);

    private static final String SEEN =
            """
            insert into servers (id, version) values (?, ?)
            on conflict (id) do update
            set version = excluded.version, seen_at = now(),
                started_at = case when ? then now() else servers.started_at end
            """;

    private static final String ALONE =
            """
            select not exists (select 1 from servers
                where id <> ? and seen_at > clock_timestamp() - interval '1 minute') as alone
            """;

    private static final String OTHERS =
            """
            select id::text from servers
            where id <> ? and seen_at > clock_timestamp() - interval '1 minute'
            """;

    private final Database database;
    private final UUID server;
    private final String version;
    private final Thread thread;

    /// When it returns, this server has been seen.
    ///
    /// @param server its identity
    /// @param version of Slipway
    public Presence(Database database, UUID server, String version) {
        this.database = database;
        this.server = server;
        this.version = version;
        seen(true);
        this.thread = Thread.ofVirtual().name("presence").start(this::run);
    }

    /// Whether no other server of the instance has been seen for a minute.
    public boolean alone() {
        return database.read(tx -> tx.one(ALONE, row -> row.flag("alone"), server));
    }

    /// The other servers of the instance that have been seen within a minute.
    public static Set<String> others(Database database, UUID server) {
        return Set.copyOf(database.read(tx -> tx.query(OTHERS, row -> row.text("id"), server)));
    }

    private void seen(boolean started) {
        database.change(tx -> tx.update(SEEN, server, version, started));
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(EACH);
                beat();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void beat() {
        Rounds.watched(log, "this server could not tell that it lives", () -> seen(false));
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
