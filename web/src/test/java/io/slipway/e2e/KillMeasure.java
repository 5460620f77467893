package io.slipway.e2e;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/// How soon everything is back after a kill -9. Not run with the tests: `bench/kill` does.
class KillMeasure {
    private static final int ROUNDS = 5;
    private static final long GIVE_UP = 60_000;

    @Test
    void theSwitchAndTheServerAreKilled() throws Exception {
        try (Slipway slipway = SlipwayExtension.start(Map.of())) {
            Git steady = slipway.repository("steady", "hello");
            steady.commit("First");
            Pushes.passes(steady);
            Git git = slipway.repository("step");
            git.write(
                            ".slipway.yml",
                            """
                            jobs:
                              long: { image: busybox, steps: ["sleep 3600"] }
                            apps: {}
                            """)
                    .commit("Sleeps");
            Process push = git.start("push", "slipway", "HEAD:main");
            Await.until("the step runs", () -> steps(slipway) == 1);
            List<Double> apps = new ArrayList<>();
            List<Double> serving = new ArrayList<>();
            List<Double> inHand = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                apps.add(switchKilled(slipway));
                slipway.kill();
                Instant begin = Instant.now();
                slipway.startAgain();
                serving.add(millis(begin, Instant.now()));
                inHand.add(millis(begin, claimed(slipway, begin)));
            }
            slipway.api("POST", "/projects/step/runs/1/cancel", "");
            Await.until("git ended", () -> !push.isAlive());
            Figures figures = new Figures();
            add(figures, "apps back after a killed switch", apps);
            add(figures, "a killed server: start to serving, the database is there", serving);
            add(figures, "a killed server: start to the running step in hand again", inHand);
            figures.print(ROUNDS);
        }
    }

    private static void add(Figures figures, String what, List<Double> took) {
        double most = took.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        figures.alone(
                what,
                String.format(Locale.ROOT, "%.0f ms, at most %.0f ms", Figures.median(took), most),
                "2000 ms at most");
    }

    private static long steps(Slipway slipway) {
        return slipway.read(
                tx ->
                        tx.one(
                                "select count(*) as n from steps where state = 'running'",
                                row -> row.number("n")));
    }

    /// Asked each 5 ms: what waits longer between its questions measures itself.
    private static double switchKilled(Slipway slipway) throws IOException {
        ProcessHandle.of(slipway.switchProcess()).orElseThrow().destroyForcibly();
        Instant begin = Instant.now();
        while (!answers(slipway) && millis(begin, Instant.now()) < GIVE_UP) {
            LockSupport.parkNanos(5_000_000);
        }
        return millis(begin, Instant.now());
    }

    private static boolean answers(Slipway slipway) {
        try {
            return slipway.get("steady.localhost", "/").status() == 200;
        } catch (RuntimeException e) {
            return false;
        }
    }

    /// When somebody took the step's attempt that was begun before.
    private static Instant claimed(Slipway slipway, Instant after) {
        Await.until("it is in hand", () -> claimedAt(slipway).isAfter(after));
        return claimedAt(slipway);
    }

    private static Instant claimedAt(Slipway slipway) {
        return slipway.read(
                tx ->
                        tx.one(
                                """
                                select claimed_at from attempts
                                where state = 'running' order by id desc limit 1
                                """,
                                row -> row.instant("claimed_at")));
    }

    private static double millis(Instant from, Instant to) {
        return java.time.Duration.between(from, to).toNanos() / 1e6;
    }
}
