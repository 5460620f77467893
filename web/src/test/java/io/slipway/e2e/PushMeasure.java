package io.slipway.e2e;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Figures of DESIGN.md section 8 that need a push, each next to the same work done by hand. Not
/// run with the tests: `bench/run` does.
@ExtendWith(SlipwayExtension.class)
class PushMeasure {
    private static final int ROUNDS = 9;
    private static final int STEPS = 10;

    private final Slipway slipway;

    PushMeasure(Slipway slipway) {
        this.slipway = slipway;
    }

    @Test
    void pushToFirstLineAndTenSteps() throws Exception {
        Git git = slipway.repository("bench");
        git.write(".slipway.yml", file()).commit("Bench");
        try (ByHand hand = ByHand.like(slipway, git)) {
            List<Double> firstLine = new ArrayList<>();
            List<Double> firstByHand = new ArrayList<>();
            List<Double> tenSteps = new ArrayList<>();
            List<Double> tenByHand = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                git.write("round", Integer.toString(round)).commit("Round " + round);
                Instant pushed = Instant.now();
                Pushes.passes(git);
                Seen seen = seen();
                firstLine.add(millis(Duration.between(pushed, seen.firstLine())));
                tenSteps.add(millis(seen.claimToVerdict()));
                ByHand.Took took = hand.run(byHand());
                firstByHand.add(millis(took.toFirstByte()));
                tenByHand.add(millis(took.toEnd()));
            }
            print(firstLine, firstByHand, tenSteps, tenByHand);
        }
    }

    private static String file() {
        StringBuilder steps = new StringBuilder();
        for (int i = 1; i <= STEPS; i++) {
            steps.append("      - echo step ").append(i).append('\n');
        }
        return "jobs:\n  ten:\n    image: busybox\n    steps:\n" + steps + "apps: {}\n";
    }

    private static String byHand() {
        StringBuilder script = new StringBuilder();
        for (int i = 1; i <= STEPS; i++) {
            script.append("sh -e -c 'echo step ").append(i).append("' || exit 1\n");
        }
        return script.toString();
    }

    /// What the database holds of the newest attempt.
    private record Seen(Instant firstLine, Duration claimToVerdict) {}

    private Seen seen() {
        return slipway.read(
                tx ->
                        tx.one(
                                """
                                select min(c.at) as first_line, a.claimed_at, a.ended_at
                                from attempts a join log_chunks c on c.attempt_id = a.id
                                group by a.id order by a.id desc limit 1
                                """,
                                row ->
                                        new Seen(
                                                row.instant("first_line"),
                                                Duration.between(
                                                        row.instant("claimed_at"),
                                                        row.instant("ended_at")))));
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }

    private static void print(
            List<Double> firstLine,
            List<Double> firstByHand,
            List<Double> tenSteps,
            List<Double> tenByHand)
            throws Exception {
        System.out.println();
        System.out.println(Machine.text());
        System.out.printf(
                Locale.ROOT, "medians of %d rounds, Slipway and by hand in turn%n%n", ROUNDS);
        System.out.println("| figure | Slipway | by hand | | bar |");
        System.out.println("| --- | --- | --- | --- | --- |");
        System.out.printf(
                Locale.ROOT,
                "| push to first log line | %.0f ms | %.0f ms | + %.0f ms | + 300 ms at most |%n",
                median(firstLine),
                median(firstByHand),
                median(firstLine) - median(firstByHand));
        System.out.printf(
                Locale.ROOT,
                "| a job of 10 trivial steps | %.0f ms | %.0f ms | %.2f x | 1.15 x at most |%n%n",
                median(tenSteps),
                median(tenByHand),
                median(tenSteps) / median(tenByHand));
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }
}
