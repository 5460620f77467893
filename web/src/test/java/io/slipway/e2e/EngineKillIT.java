package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;
import io.slipway.runners.docker.OwnEngine;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The engine is killed while steps run there: the run says that it could not find out how they
/// end, its log is what was printed until then, and the next push is as good as ever.
@Tag("kill")
class EngineKillIT {
    private final int kills = Math.max(2, Integer.getInteger("kill.count", 50) / 25);

    private static final String UNWANTED =
            """
            jobs:
              job:
                image: busybox
                steps: [sleep 60]
            apps: {}
            """;

    @Test
    void stepsOfAKilledEngineAreErroredAndTheirLogIsExact() throws Exception {
        SlipwayExtension.needEngine();
        try (EngineSide shared = new EngineSide(0);
                OwnEngine engine = new OwnEngine(shared.engine());
                Ledger ledger = new Ledger();
                Slipway slipway =
                        new Slipway(Map.of("SLIPWAY_DOCKER", engine.address().uri().toString()))) {
            ledger.open(slipway.instance());
            Pusher pusher = new Pusher(slipway, Pusher.Kind.STEPS, ledger);
            pusher.round();
            int hit = 0;
            for (int run = 2; hit < kills; run += 2) {
                if (killedDuring(slipway, engine, pusher, ledger, run)) {
                    hit++;
                }
                pusher.round();
                assertThat(outcome(slipway, run + 1)).isEqualTo("succeeded");
            }
            System.out.println("kills of the engine: " + kills);
        }
    }

    /// Stopped for longer than a lease: what ran goes on where it stood, what was asked meanwhile
    /// is done afterwards, and a cancel does not wait for the engine.
    @Test
    void aFrozenEngineCostsTimeAndNothingElse() throws Exception {
        SlipwayExtension.needEngine();
        Tally tally = new Tally();
        try (EngineSide shared = new EngineSide(0);
                OwnEngine engine = new OwnEngine(shared.engine());
                Ledger ledger = new Ledger();
                Slipway slipway =
                        new Slipway(Map.of("SLIPWAY_DOCKER", engine.address().uri().toString()))) {
            ledger.open(slipway.instance());
            Pusher runs = new Pusher(slipway, Pusher.Kind.STEPS, ledger);
            Pusher begins = new Pusher(slipway, Pusher.Kind.FAILS, ledger);
            Git unwanted = slipway.repository("unwanted");
            unwanted.write(".slipway.yml", UNWANTED).commit("First");
            runs.round();
            Thread first = Thread.ofVirtual().start(runs::round);
            Await.until("the second step prints", () -> printed(slipway, 2).contains("\n2 1 1 "));
            engine.freeze();
            long frozen = System.nanoTime();
            Duration used = used(slipway);
            Thread second = Thread.ofVirtual().start(begins::round);
            Thread third =
                    Thread.ofVirtual().start(() -> unwanted.run("push", "slipway", "HEAD:main"));
            Await.until(
                    "what nobody wants is tried",
                    () -> state(slipway, "unwanted").equals("running"));
            long cancelled = System.nanoTime();
            slipway.api("POST", "/projects/unwanted/runs/1/cancel", "");
            Await.until("the cancel is told", () -> state(slipway, "unwanted").equals("ended"));
            tally.add("a cancel while the engine is frozen, in ms", millis(cancelled));
            Await.until("longer than a lease", () -> millis(frozen) > 25_000);
            assertThat(claims(slipway)).as("nobody else takes it").isEqualTo("1 0");
            Duration burnt = used(slipway).minus(used);
            String before = printed(slipway, 2);
            long frozenFor = millis(frozen);
            engine.thaw();
            long thawed = System.nanoTime();
            Await.until("the log goes on", () -> printed(slipway, 2).length() > before.length());
            tally.add("until the log goes on after the engine does, in ms", millis(thawed));
            first.join();
            second.join();
            third.join();
            Oracle oracle = new Oracle(slipway, ledger, tally);
            oracle.judge(runs);
            oracle.judge(begins);
            String instance = slipway.instance();
            Await.until("nothing is left", () -> jobs(engine, instance).isEmpty());
            System.out.print(tally);
            assertThat(oracle.wrong()).isEmpty();
            assertThat(slipway.api("/projects/unwanted/runs/1").path("outcome").asString())
                    .isEqualTo("cancelled");
            assertThat(burnt.toMillis()).as("it does not spin").isLessThan(frozenFor / 2);
            assertThat(tally.of("a cancel while the engine is frozen, in ms")).isLessThan(15_000);
            assertThat(tally.of("until the log goes on after the engine does, in ms"))
                    .isLessThan(10_000);
        }
    }

    private static List<String> jobs(OwnEngine engine, String instance) {
        return engine.left(instance).stream().filter(one -> one.startsWith("container")).toList();
    }

    private static int millis(long since) {
        return (int) ((System.nanoTime() - since) / 1_000_000);
    }

    private static Duration used(Slipway slipway) {
        return slipway.server().info().totalCpuDuration().orElseThrow();
    }

    private static String state(Slipway slipway, String project) {
        return slipway.read(
                tx ->
                        tx.first(
                                        """
                                        select a.state
                                        from attempts a join projects p on p.id = a.project_id
                                        where p.name = ?
                                        """,
                                        row -> row.text("state"),
                                        project)
                                .orElse(""));
    }

    /// Fence and vanished holders of the attempt that runs.
    private static String claims(Slipway slipway) {
        return slipway.read(
                tx ->
                        tx.one(
                                """
                                select a.fence || ' ' || a.expiries as claims
                                from attempts a join jobs j on j.id = a.job_id
                                join runs r on r.id = j.run_id
                                join projects p on p.id = r.project_id
                                where p.name = 'steps' and r.number = 2
                                """,
                                row -> row.text("claims")));
    }

    /// @return false when the last step was faster than the kill
    private static boolean killedDuring(
            Slipway slipway, OwnEngine engine, Pusher pusher, Ledger ledger, int run)
            throws Exception {
        Thread push = Thread.ofVirtual().start(pusher::round);
        Await.until(
                "the second step prints",
                () -> printed(slipway, run).contains("\n" + run + " 1 1 "));
        engine.crashAndComeBack();
        push.join();
        String printed = printed(slipway, run);
        if (printed.equals(pusher.log(run))) {
            return false;
        }
        assertThat(outcome(slipway, run))
                .as(slipway.api("/projects/steps/runs/" + run) + printed + ledger.entries())
                .isEqualTo("errored");
        String gap = "slipway: what was printed from here on is lost: the runner was away\n";
        assertThat(printed).endsWith(gap).containsOnlyOnce(gap);
        assertThat(pusher.log(run)).startsWith(printed.replace(gap, ""));
        return true;
    }

    private static String outcome(Slipway slipway, int run) {
        return slipway.api("/projects/steps/runs/" + run).path("outcome").asString();
    }

    private static String printed(Slipway slipway, int run) {
        JsonNode job = slipway.api("/projects/steps/runs/" + run).path("jobs").path(0);
        StringBuilder text = new StringBuilder();
        slipway.api("/jobs/" + job.path("id").asLong() + "/attempts/1/log/lines?count=500")
                .path("lines")
                .forEach(line -> text.append(line.asString()).append('\n'));
        return text.toString();
    }
}
