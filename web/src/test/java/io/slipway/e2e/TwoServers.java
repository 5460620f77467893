package io.slipway.e2e;

import io.slipway.db.Database;
import io.slipway.db.DatabaseAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Two servers of one instance with one database, and what tests of them ask of both.
abstract class TwoServers {
    /// Counts the writes that the database refuses since a newer fence exists. A sequence keeps
    /// what it counted when the transaction is rolled back.
    private static final List<String> COUNTER =
            List.of(
                    "create sequence stale_writes",
                    """
                    create function count_stale_write() returns trigger language plpgsql as $$
                    begin
                        if current_query() like '%fence = $%' and not exists (select from touched) then
                            perform nextval('stale_writes');
                        end if;
                        return null;
                    end $$
                    """,
                    """
                    create trigger stale_writes after update on attempts
                    referencing new table as touched
                    for each statement execute function count_stale_write()
                    """);

    final int kills = Integer.getInteger("kill.count", 50) / 12;
    final long seed = Long.getLong("kill.seed", System.nanoTime() % 1_000_000);
    final Random random = new Random(seed);
    final Tally tally = new Tally();
    final Desk desk = new Desk();
    final Database database;
    final DatabaseAddress address;
    Ledger ledger;
    Slipway first;
    Slipway second;

    TwoServers(Database database, DatabaseAddress address) {
        this.database = database;
        this.address = address;
    }

    @BeforeEach
    void start() throws Exception {
        SlipwayExtension.needEngine();
        System.out.println("two servers, seed " + seed);
        database.change(tx -> COUNTER.forEach(tx::update));
        ledger = new Ledger();
        first = new Slipway(Map.of("SLIPWAY_DATABASE_URL", url()), desk).reads(address);
        // The engine gets images from one address, whoever drives the job.
        Map<String, String> same =
                Map.of(
                        "SLIPWAY_DATABASE_URL",
                        url(),
                        "SLIPWAY_REGISTRY",
                        "localhost:" + first.port());
        second = new Slipway(same, null, first).reads(address);
        ledger.open(first.instance());
    }

    private String url() {
        URI at = URI.create(address.url().replace("jdbc:", ""));
        return "postgresql://"
                + address.user()
                + ":"
                + address.password()
                + "@127.0.0.1:"
                + at.getPort()
                + at.getPath();
    }

    @AfterEach
    void close() throws Exception {
        desk.close();
        if (second != null) {
            second.closeBeside();
        }
        if (first != null) {
            first.close();
        }
        ledger.close();
    }

    static String identity(Slipway server) {
        return Folders.text(server.data().resolve("server")).lines().findFirst().orElseThrow();
    }

    int held(Slipway server) {
        return database.read(
                tx ->
                        tx.one(
                                """
                                select count(*) as n from attempts
                                where state = 'running' and server_id = ?::uuid and expiries < 2
                                """,
                                row -> row.integer("n"),
                                identity(server)));
    }
}
