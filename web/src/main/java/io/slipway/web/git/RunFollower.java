package io.slipway.web.git;

import io.slipway.db.Database;
import io.slipway.engine.run.JobState;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunChanges;
import io.slipway.engine.run.RunState;
import io.slipway.fault.Fault;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Tells one run as it goes: a line for each job that ends, now and then what is being waited for,
/// and how it ended.
final class RunFollower {
    private static final Duration FIRST = Duration.ofSeconds(2);
    private static final Duration NEXT = Duration.ofSeconds(15);
    private static final int NAME_COLUMNS = 24;

    private final GitHost.Watching watching;
    private final PushFacts facts;
    private final Terminal terminal;
    private final KeepAlive alive;
    private final Set<Long> told = new HashSet<>();
    private final Map<Long, String> progress = new HashMap<>();
    private Instant quietUntil = Instant.now().plus(FIRST);
    private String waited = "";

    RunFollower(GitHost.Watching watching, PushFacts facts, Terminal terminal, KeepAlive alive) {
        this.watching = watching;
        this.facts = facts;
        this.terminal = terminal;
        this.alive = alive;
    }

    /// Returns when the run has ended, when nothing is left of it but what waits for a person, or
    /// when the pusher hangs up.
    void follow(Run started) {
        terminal.blank();
        try (RunChanges.Watch watch = watching.changes().watch(started.id())) {
            while (!alive.clientGone() && !Thread.currentThread().isInterrupted()) {
                if (look(started, watch)) {
                    return;
                }
                watch.await(Duration.ofSeconds(1));
            }
        }
    }

    /// @return whether nothing more is to be told. A database that is away says nothing of the run.
    private boolean look(Run started, RunChanges.Watch watch) {
        try {
            Optional<Run> now = watching.history().byId(started.id());
            List<Run.Job> jobs = watching.history().jobs(started.id());
            jobs(jobs);
            if (now.isEmpty() || now.get().progress().state() == RunState.ENDED) {
                now.ifPresent(run -> new RunEnding(watching, facts, terminal).tell(run, jobs));
                return true;
            }
            if (asking(now.get(), jobs)) {
                return true;
            }
            watch.progress().forEach(p -> progress.put(p.jobId(), p.line()));
            waiting(jobs);
        } catch (Fault fault) {
            if (!Database.isAway(fault)) {
                throw fault;
            }
            once("waits for the database, which is away; the run goes on");
        }
        return false;
    }

    private void once(String text) {
        if (!text.equals(waited)) {
            waited = text;
            terminal.wrapped("  " + text);
        }
    }

    private boolean asking(Run run, List<Run.Job> jobs) {
        boolean goesOn =
                jobs.stream()
                        .anyMatch(
                                job ->
                                        job.state() == JobState.RUNNING
                                                || job.state() == JobState.QUEUED);
        List<Run.Job> asking = jobs.stream().filter(job -> "approval".equals(job.waits())).toList();
        boolean failed =
                jobs.stream().anyMatch(job -> job.outcome() != null && !job.outcome().passed());
        if (goesOn || asking.isEmpty()) {
            return false;
        }
        if (failed) {
            new RunEnding(watching, facts, terminal).tell(run, jobs);
        }
        terminal.blank();
        for (Run.Job job : asking) {
            String by = job.waitsDetail() == null ? "" : " by " + job.waitsDetail();
            terminal.wrapped(job.name() + " waits for approval" + by);
        }
        asking.stream()
                .map(job -> String.valueOf(job.environment()))
                .distinct()
                .forEach(
                        environment ->
                                terminal.whole(
                                        "next: slipway approve "
                                                + run.number()
                                                + " "
                                                + environment
                                                + " -p "
                                                + run.project()));
        return true;
    }

    private void jobs(List<Run.Job> jobs) {
        int column =
                Math.min(
                        NAME_COLUMNS,
                        jobs.stream().mapToInt(job -> job.name().length()).max().orElse(0));
        jobs.stream()
                .filter(job -> job.state() == JobState.ENDED && !told.contains(job.id()))
                .sorted(
                        Comparator.comparing(
                                job -> job.times().endedAt(),
                                Comparator.nullsLast(Comparator.naturalOrder())))
                .forEach(job -> job(job, column));
    }

    private void job(Run.Job job, int column) {
        told.add(job.id());
        waited = "";
        String summary = job.summary() == null ? "" : job.summary();
        String text =
                job.reason() == Reason.CONDITION ? "skipped: " + summary : worded(job, summary);
        String name = job.name() + " ".repeat(Math.max(0, column - job.name().length()));
        terminal.wrapped(String.format("  %s  %6s   %s", name, Times.of(job.times()), text));
    }

    private static String worded(Run.Job job, String summary) {
        Outcome outcome = job.outcome();
        if (outcome == null || outcome.passed()) {
            return summary;
        }
        String word =
                switch (outcome) {
                    case FAILED -> "failed";
                    case ERRORED -> "errored";
                    case CANCELLED -> "cancelled";
                    case SUCCEEDED, SKIPPED -> "";
                };
        return summary.isEmpty() ? word : word + ": " + summary;
    }

    /// At most one line in 15 s, and only when it says something new.
    private void waiting(List<Run.Job> jobs) {
        if (Instant.now().isBefore(quietUntil)) {
            return;
        }
        String text =
                jobs.stream().map(this::waiting).flatMap(Optional::stream).findFirst().orElse("");
        if (!text.isEmpty() && !text.equals(waited)) {
            waited = text;
            terminal.wrapped("  " + text);
            quietUntil = Instant.now().plus(NEXT);
        }
    }

    private Optional<String> waiting(Run.Job job) {
        if (job.state() == JobState.RUNNING) {
            return Optional.of(job.name() + " " + progress.getOrDefault(job.id(), "runs"));
        }
        if (job.state() == JobState.QUEUED) {
            String turn =
                    switch (String.valueOf(job.waits())) {
                        case "concurrency" -> String.valueOf(job.waitsDetail());
                        case "pause" -> "the project, which is paused";
                        default -> "its turn";
                    };
            return Optional.of(job.name() + " waits for " + turn);
        }
        String waits = job.waits();
        String by = "trust".equals(waits) ? ", by " + job.waitsDetail() : "";
        return job.state() == JobState.WAITING && waits != null && !waits.equals("needs")
                ? Optional.of(job.name() + " waits for " + waits + by)
                : Optional.empty();
    }
}
