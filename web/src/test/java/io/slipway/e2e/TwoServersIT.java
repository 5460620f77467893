package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseAddress;
import io.slipway.db.DatabaseExtension;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Two servers take jobs from one queue. Either is killed, or stopped for longer than its lease:
/// the other goes on with what it had, and what it writes later is refused.
@Tag("kill")
@ExtendWith(DatabaseExtension.class)
class TwoServersIT extends TwoServers {
    private static final int STOPS = 4;

    /// An image or a rollout may end just before its server is killed.
    private static final int MOST = 10;

    TwoServersIT(Database database, DatabaseAddress address) {
        super(database, address);
    }

    @Test
    void whatOneServerHadAnotherEndsAndOnlyOne() throws Exception {
        List<Pusher> pushers =
                Stream.of(Pusher.Kind.STEPS, Pusher.Kind.FAILS, Pusher.Kind.SHIPS)
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
        killWhoDrives("image");
        killWhoDrives("rollout");
        for (int i = 0; i < STOPS && stale() == 0; i++) {
            stopForLong();
        }
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

    /// Kills whoever drives a job of that kind, until another server has gone on with one.
    private void killWhoDrives(String kind) throws Exception {
        int before = takenOver(kind);
        for (int i = 0; i < MOST && takenOver(kind) == before; i++) {
            Await.until(
                    "a server drives " + kind, Duration.ofMinutes(5), () -> !who(kind).isEmpty());
            Slipway victim = who(kind).equals(identity(first)) ? first : second;
            victim.kill();
            tally.add("kills of one of two servers that drove: " + kind, 1);
            awaitTakenOver(victim);
            victim.startAgain();
        }
        assertThat(takenOver(kind)).as("taken over: " + kind).isGreaterThan(before);
        tally.add("taken over by the other: " + kind, takenOver(kind) - before);
    }

    /// The server that drives a job of that kind; empty for none, and while one more kill would put
    /// something aside.
    private String who(String kind) {
        return database.read(
                tx ->
                        tx.first(
                                        """
                                        select a.server_id::text as server
                                        from attempts a join jobs j on j.id = a.job_id
                                        where a.state = 'running' and j.kind = ?
                                            and a.server_id is not null
                                            and not exists (
                                                select from attempts
                                                where state = 'running' and expiries > 1)
                                        """,
                                        row -> row.text("server"),
                                        kind)
                                .orElse(""));
    }

    /// How many attempts at jobs of that kind had a second holder.
    private int takenOver(String kind) {
        return database.read(
                tx ->
                        tx.one(
                                """
                                select count(*) as n
                                from attempts a join jobs j on j.id = a.job_id
                                where j.kind = ? and a.fence > 1
                                """,
                                row -> row.integer("n"),
                                kind));
    }

    /// The first server is stopped with a batch of a log in its hands that is not written yet, as
    /// one is that is swapped out, for longer than its lease. Where a verdict comes with the batch
    /// the refusal is a row that cannot be held, which is no write that could be counted.
    private void stopForLong() throws Exception {
        awaitWork(first);
        desk.arm(Set.of("BEFORE commit LogStore.write"));
        assertThat(desk.awaitHit(Duration.ofMinutes(2))).isNotEmpty();
        signal("-STOP");
        awaitTakenOver(first);
        int rounds = rounds();
        signal("-CONT");
        Await.until("it has noticed", () -> rounds() > rounds + 3);
        desk.arm(Set.of());
        tally.add("stops beyond the lease", 1);
        Await.until("it has gone on", () -> rounds() > rounds + 6);
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
}
