package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.DatabaseAddress;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.source.Git;
import io.slipway.fault.FaultProxy;
import io.slipway.fault.Trouble;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

/// PostgreSQL is away for longer than a lease while a step prints: at first it says nothing, then
/// it hangs up on everybody. The step goes on, a push is refused with the reason, the server waits
/// without spinning, and when PostgreSQL is back everything is as if nothing had been.
///
/// `-Dkill.away` says for how many seconds (30; the long form is 600).
@Tag("kill")
@ExtendWith(DatabaseExtension.class)
class DatabaseAwayIT {
    private static final Duration AWAY = Duration.ofSeconds(Integer.getInteger("kill.away", 30));
    private static final String BACK = "until all is as before after it is back, in ms";

    private final DatabaseAddress address;

    DatabaseAwayIT(DatabaseAddress address) {
        this.address = address;
    }

    @Test
    void itCostsTimeAndNothingElse() throws Exception {
        SlipwayExtension.needEngine();
        URI at = URI.create(address.url().replace("jdbc:", ""));
        Tally tally = new Tally();
        try (FaultProxy postgres = FaultProxy.tcp(at.getPort());
                Ledger ledger = new Ledger();
                Slipway slipway =
                        new Slipway(
                                        Map.of(
                                                "SLIPWAY_DATABASE_URL",
                                                "postgresql://%s:%s@127.0.0.1:%d%s"
                                                        .formatted(
                                                                address.user(),
                                                                address.password(),
                                                                postgres.port(),
                                                                at.getPath())))
                                .reads(address)) {
            ledger.open(slipway.instance());
            Git refused = slipway.repository("refused");
            refused.write(".slipway.yml", "jobs: {}\napps: {}\n").commit("First");
            Pusher pusher = new Pusher(slipway, Pusher.Kind.STEPS, ledger);
            pusher.round();
            Thread push = Thread.ofVirtual().start(pusher::round);
            Await.until("the second step begins", () -> ledger.entries().containsKey("/steps/2/1"));

            postgres.all(Trouble.after(0, Trouble.Kind.BLACK_HOLE));
            Duration used = used(slipway);
            Thread.sleep(AWAY.dividedBy(2));
            postgres.all(Trouble.after(0, Trouble.Kind.CUT));
            String said = refused.run("push", "slipway", "HEAD:main").output();
            Thread.sleep(AWAY.dividedBy(2));
            Duration burnt = used(slipway).minus(used);
            assertThat(ledger.entries()).as("the step went on").containsKey("/steps/2/2");

            long back = System.nanoTime();
            postgres.calm();
            Await.until("the second run ends", () -> outcome(slipway).equals("succeeded"));
            tally.add(BACK, (int) ((System.nanoTime() - back) / 1_000_000));
            push.join();
            pusher.end();
            Oracle oracle = new Oracle(slipway, ledger, tally);
            oracle.judge(pusher);
            oracle.awaitNoOrphans();
            System.out.println("PostgreSQL away for " + AWAY.toSeconds() + " s");
            System.out.print(tally);
            assertThat(oracle.wrong()).isEmpty();
            assertThat(tally.of(BACK)).isLessThan(10_000);
            assertThat(burnt).as("it does not spin").isLessThan(AWAY.dividedBy(2));
            assertThat(said).as("a push meanwhile").contains("503").contains("the database");
            assertThat(runs(slipway, "refused")).as("what was refused was not taken").isZero();
        }
    }

    private static Duration used(Slipway slipway) {
        return slipway.server().info().totalCpuDuration().orElseThrow();
    }

    private static int runs(Slipway slipway, String project) {
        return slipway.read(
                tx ->
                        tx.one(
                                """
                                select count(*)::int as n
                                from runs r join projects p on p.id = r.project_id
                                where p.name = ?
                                """,
                                row -> row.integer("n"),
                                project));
    }

    private static String outcome(Slipway slipway) {
        return slipway.api("/projects/steps/runs/2").path("outcome").asString("");
    }
}
