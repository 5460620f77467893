package io.slipway.web.cli.run;

import io.slipway.engine.log.LogReader;
import io.slipway.engine.log.LogReader.Piece;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.JobState;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// Shows what one attempt prints, with the steps where they begin and end. Runs on a thread of its
/// own to the log's end.
final class Tail implements Runnable {
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final int KEPT = 12;

    private final Run.Job job;
    private final long attempt;
    private final LogReader logs;
    private final RunHistory history;
    private final Show show;
    private final Lines lines;
    private final Deque<String> last = new ArrayDeque<>();
    private long number = 1;
    private int running = -1;
    private int next;
    private boolean headed;

    /// @param show told under its own lock
    Tail(Run.Job job, long attempt, LogReader logs, RunHistory history, Show show, Lines lines) {
        this.job = job;
        this.attempt = attempt;
        this.logs = logs;
        this.history = history;
        this.show = show;
        this.lines = lines;
    }

    @Override
    public void run() {
        try (LogReader.Follower follower = logs.follow(attempt, 0)) {
            boolean more = true;
            while (more) {
                Piece piece = follower.next(LOOK);
                // Read after the log: a step is written no later than what it prints.
                List<Run.Step> steps =
                        job.kind() == JobKind.CHECK ? history.steps(attempt) : List.of();
                synchronized (show) {
                    take(piece, steps);
                }
                more = !piece.ended();
            }
        }
    }

    /// The last lines that were printed.
    List<String> last() {
        synchronized (show) {
            return List.copyOf(last);
        }
    }

    private void take(Piece piece, List<Run.Step> steps) {
        if (piece.firstLine() > number) {
            print("[lines " + number + " to " + (piece.firstLine() - 1) + " are not kept]");
            number = piece.firstLine();
        }
        for (String line : lines.take(piece.text())) {
            stepsUpTo(steps, number);
            print(line);
            number++;
        }
        if (piece.ended()) {
            for (String line : lines.end()) {
                stepsUpTo(steps, number);
                print(line);
            }
        }
        stepsUpTo(steps, Long.MAX_VALUE);
        if (running >= 0 && piece.text().length == 0) {
            head(steps); // it has printed nothing for a while
        }
    }

    private void print(String line) {
        show.line(job, line);
        last.add(line);
        if (last.size() > KEPT) {
            last.removeFirst();
        }
    }

    /// Tells the steps that end and begin before a line.
    private void stepsUpTo(List<Run.Step> steps, long line) {
        while (true) {
            if (running >= 0) {
                Run.Step step = steps.get(running);
                Long end = step.state() == JobState.ENDED ? step.lastLine() : null;
                if (end == null || end >= line) {
                    if (line != Long.MAX_VALUE) {
                        head(steps);
                    }
                    return;
                }
                show.stepEnds(job, step, headed);
                running = -1;
            }
            int begun = begun(steps);
            Long first = begun < 0 ? null : steps.get(begun).firstLine();
            if (first == null || first > line) {
                return;
            }
            skipped(steps, begun);
            running = begun;
            next = begun + 1;
            headed = false;
        }
    }

    /// The next step that has begun; -1 when none has. One before it may have been left out.
    private int begun(List<Run.Step> steps) {
        for (int i = next; i < steps.size(); i++) {
            if (steps.get(i).firstLine() != null && !isSkipped(steps.get(i))) {
                return i;
            }
        }
        return -1;
    }

    private void skipped(List<Run.Step> steps, int before) {
        steps.subList(next, before).stream()
                .filter(Tail::isSkipped)
                .forEach(step -> show.stepEnds(job, step, false));
    }

    private static boolean isSkipped(Run.Step step) {
        return step.outcome() == Outcome.SKIPPED;
    }

    private void head(List<Run.Step> steps) {
        if (!headed) {
            headed = true;
            show.stepBegins(job, steps.get(running).name());
        }
    }
}
