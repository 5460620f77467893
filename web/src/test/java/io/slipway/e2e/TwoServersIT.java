package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Container;

import io.slipway.db.Database;
import io.slipway.db.DatabaseAddress;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.source.Git;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Two servers take jobs from one queue. Either is killed, or stopped for longer than its lease:
/// the other goes on with what it had, and what it writes later is refused.
@Tag("kill")
@ExtendWith(DatabaseExtension.class)
class TwoServersIT {
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

    private final int kills = Integer.getInteger("kill.count", 50) / 12;
    private final long seed = Long.getLong("kill.seed", System.nanoTime() % 1_000_000);
    private final Random random = new Random(seed);
    private final Tally tally = new Tally();
    private final Desk desk = new Desk();
    private final Database database;
    private final DatabaseAddress address;
    private Ledger ledger;
    private Slipway first;
    private Slipway second;

    TwoServersIT(Database database, DatabaseAddress address) {
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
        second = new Slipway(Map.of("SLIPWAY_DATABASE_URL", url()), null, first).reads(address);
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

    @Test
    void whatOneServerHadAnotherEndsAndOnlyOne() throws Exception {
        List<Pusher> pushers =
                Stream.of(Pusher.Kind.STEPS, Pusher.Kind.FAILS)
                        .map(kind -> new Pusher(first, kind, ledger).begin())
                        .toList();
        for (int i = 0; i < kills; i++) {
            Slipway victim = random.nextBoolean() ? first : second;
            awaitWork(victim);
            victim.kill();
            tally.add("kills of one of two servers", 1);
            if (i % 2 == 0) {
                awaitTakenOver(victim);
            }
            victim.startAgain();
        }
        stopForLong();
        for (Pusher pusher : pushers) {
            pusher.end();
        }
        Oracle oracle = new Oracle(first, ledger, tally);
        pushers.forEach(oracle::judge);
        oracle.awaitNoOrphans();
        tally.add("stale writes refused", stale());
        System.out.println("two servers, " + Machine.text());
        System.out.print(tally);
        assertThat(oracle.wrong()).isEmpty();
        assertThat(tally.of("stale writes refused")).isPositive();
    }

    /// Each server is stopped in turn and comes back, as an upgrade does it, while jobs run: the
    /// other goes on with the same containers, and no run sees anything of it.
    @Test
    void aRollingUpgradeFailsNoRun() throws Exception {
        List<Pusher> pushers =
                Stream.of(Pusher.Kind.STEPS, Pusher.Kind.FAILS)
                        .map(kind -> new Pusher(first, kind, ledger).begin())
                        .toList();
        Git git = first.repository("long");
        git.write(".slipway.yml", longJob()).commit("First");
        Thread push = Thread.ofVirtual().start(() -> git.run("push", "slipway", "HEAD:main"));
        Await.until("it prints", () -> linesOfLong().size() > 1 && !longContainer().isEmpty());
        String container = longContainer();
        for (int i = 0; i < 4; i++) {
            // The one that has the long job, so that it is handed over each time.
            Slipway victim = holder("long").orElse("").equals(identity(second)) ? second : first;
            long begin = System.nanoTime();
            victim.stop();
            Await.until("all that it had is another's", () -> held(victim) == 0);
            int millis = (int) ((System.nanoTime() - begin) / 1_000_000);
            tally.add(
                    "longest handover, in ms",
                    Math.max(0, millis - tally.of("longest handover, in ms")));
            assertThat(longContainer()).isEqualTo(container);
            victim.startAgain();
        }
        ledger.release();
        push.join();
        for (Pusher pusher : pushers) {
            pusher.end();
        }
        Await.until("the long job ended", () -> holder("long").isEmpty());
        Oracle oracle = new Oracle(first, ledger, tally);
        pushers.forEach(oracle::judge);
        oracle.awaitNoOrphans();
        System.out.print(tally);
        assertThat(oracle.wrong()).isEmpty();
        assertThat(tally.of("longest handover, in ms")).isLessThan(10_000);
        assertThat(first.api("/projects/long/runs/1").path("outcome").asString())
                .isEqualTo("succeeded");
        List<String> lines = linesOfLong();
        assertThat(lines)
                .isEqualTo(
                        IntStream.rangeClosed(1, lines.size())
                                .mapToObj(Integer::toString)
                                .toList());
        assertThat(triesAndExpiries()).as("second tries, holders that vanished").isEqualTo("0 0");
    }

    private String longJob() {
        StringBuilder file =
                new StringBuilder("jobs:\n  job:\n    image: busybox\n    steps:\n      - |\n");
        ledger.untilReleased()
                .lines()
                .forEach(line -> file.append("        ").append(line).append('\n'));
        return file + "apps: {}\n";
    }

    private String longContainer() {
        return first.engine().jobs(first.instance()).stream()
                .filter(found -> "long".equals(found.getLabels().get("slipway.project")))
                .map(Container::getId)
                .findFirst()
                .orElse("");
    }

    private Optional<String> holder(String project) {
        return database.read(
                tx ->
                        tx.first(
                                """
                                select coalesce(a.server_id::text, '') as holder
                                from attempts a join projects p on p.id = a.project_id
                                where p.name = ? and a.state = 'running'
                                """,
                                row -> row.text("holder"),
                                project));
    }

    private String triesAndExpiries() {
        return database.read(
                tx ->
                        tx.one(
                                """
                                select count(*) filter (where number > 1) || ' ' || sum(expiries) as bad
                                from attempts
                                """,
                                row -> row.text("bad")));
    }

    private List<String> linesOfLong() {
        long job = first.api("/projects/long/runs/1").path("jobs").path(0).path("id").asLong();
        List<String> lines = new ArrayList<>();
        first.api("/jobs/" + job + "/attempts/1/log/lines?count=2000")
                .path("lines")
                .forEach(line -> lines.add(line.asString()));
        return lines;
    }

    private static String identity(Slipway server) {
        return Folders.text(server.data().resolve("server")).lines().findFirst().orElseThrow();
    }

    /// The first server is stopped with a batch of a log in its hands that is not written yet, as
    /// one is that is swapped out, for longer than its lease.
    private void stopForLong() throws Exception {
        awaitWork(first);
        desk.arm("BEFORE commit LogStore.write");
        assertThat(desk.awaitHit(Duration.ofMinutes(2))).isTrue();
        signal("-STOP");
        awaitTakenOver(first);
        int rounds = rounds();
        signal("-CONT");
        Await.until("it has noticed", () -> rounds() > rounds + 3);
        desk.arm("");
        tally.add("stops beyond the lease", 1);
        Await.until("the stale write is refused", () -> stale() > 0);
    }

    /// How often the first server has looked for jobs.
    private int rounds() {
        return desk.visits().getOrDefault("BEFORE commit Queue.claim", 0);
    }

    private int stale() {
        return database.read(
                tx ->
                        tx.one(
                                """
                                select case when is_called then last_value else 0 end as n
                                from stale_writes
                                """,
                                row -> row.integer("n")));
    }

    private void signal(String signal) throws Exception {
        new ProcessBuilder("kill", signal, Long.toString(first.server().pid())).start().waitFor();
    }

    private void awaitWork(Slipway server) {
        Await.until("it drives something", () -> held(server) > 0);
    }

    private void awaitTakenOver(Slipway server) {
        Await.until("another has taken over what it had", () -> held(server) == 0);
    }

    private int held(Slipway server) {
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
