package io.slipway.e2e;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

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
        Figures.Pair firstLine = new Figures.Pair();
        Figures.Pair tenSteps = new Figures.Pair();
        List<Seen> all = new ArrayList<>();
        try (ByHand hand = ByHand.like(slipway, git)) {
            for (int round = 0; round < ROUNDS; round++) {
                git.write("round", Integer.toString(round)).commit("Round " + round);
                Instant pushed = Instant.now();
                Pushes.passes(git);
                Seen seen = seen(pushed);
                all.add(seen);
                ByHand.Took took = hand.run(byHand());
                firstLine.add(seen.firstLine(), millis(took.toFirstByte()));
                tenSteps.add(seen.claimToVerdict(), millis(took.toEnd()));
            }
        }
        Figures figures = new Figures();
        figures.difference("push to first log line", firstLine, "+ 300 ms at most");
        part(figures, "its part: push to arrival", all, Seen::arrived);
        part(figures, "its part: to the run", all, Seen::planned);
        part(figures, "its part: to the claim", all, Seen::claimed);
        part(figures, "its part: to the first step", all, Seen::begun);
        part(figures, "its part: to the stored line", all, Seen::stored);
        figures.ratio("a job of 10 trivial steps", tenSteps, "1.15 x at most");
        part(figures, "its part: own, of `timings`", all, Seen::own);
        figures.print(ROUNDS);
    }

    private static void part(
            Figures figures, String name, List<Seen> all, ToDoubleFunction<Seen> of) {
        double median = Figures.median(all.stream().mapToDouble(of).boxed().toList());
        figures.alone(name, String.format(Locale.ROOT, "%.0f ms", median), "");
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

    /// What the database holds of the newest attempt, in milliseconds.
    ///
    /// @param arrived from the start of `git push` until its delivery was written; then each part
    ///   from the one before
    private record Seen(
            double firstLine,
            double arrived,
            double planned,
            double claimed,
            double begun,
            double stored,
            double claimToVerdict,
            double own) {}

    private Seen seen(Instant pushed) {
        return slipway.read(
                tx ->
                        tx.one(
                                """
                                select d.received_at, r.created_at, a.claimed_at, a.ended_at,
                                    (a.timings ->> 'own')::bigint as own,
                                    (select min(started_at) from steps
                                     where attempt_id = a.id) as begun,
                                    (select min(at) from log_chunks
                                     where attempt_id = a.id) as stored
                                from attempts a
                                join jobs j on j.id = a.job_id
                                join runs r on r.id = j.run_id
                                join deliveries d on d.id = r.delivery_id
                                order by a.id desc limit 1
                                """,
                                row -> {
                                    Instant arrived = row.instant("received_at");
                                    Instant planned = row.instant("created_at");
                                    Instant claimed = row.instant("claimed_at");
                                    Instant begun = row.instant("begun");
                                    Instant stored = row.instant("stored");
                                    return new Seen(
                                            millis(pushed, stored),
                                            millis(pushed, arrived),
                                            millis(arrived, planned),
                                            millis(planned, claimed),
                                            millis(claimed, begun),
                                            millis(begun, stored),
                                            millis(claimed, row.instant("ended_at")),
                                            row.number("own"));
                                }));
    }

    private static double millis(Instant from, Instant to) {
        return millis(Duration.between(from, to));
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }
}
