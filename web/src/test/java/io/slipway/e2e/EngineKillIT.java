package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.runners.docker.OwnEngine;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;

import java.util.Map;

/// The engine is killed while steps run there: the run says that it could not find out how they
/// end, its log is what was printed until then, and the next push is as good as ever.
@Tag("kill")
class EngineKillIT {
    private final int kills = Math.max(2, Integer.getInteger("kill.count", 50) / 25);

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
        assertThat(pusher.log(run))
                .startsWith(printed.replaceFirst("slipway: .* is lost.*\n$", ""));
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
