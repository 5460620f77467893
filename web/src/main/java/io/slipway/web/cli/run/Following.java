package io.slipway.web.cli.run;

import io.slipway.engine.run.JobState;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunChanges;
import io.slipway.engine.run.RunState;
import io.slipway.web.server.LocalEngine;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Shows a run to its end.
final class Following {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration LOOK = Duration.ofMillis(500);

    private final LocalEngine engine;
    private final Show show;
    private final boolean colours;
    private final List<Followed> followed = new ArrayList<>();
    private final Set<Long> begun = new HashSet<>();
    private final Set<Long> ended = new HashSet<>();
    private final Map<Long, String> progress = new HashMap<>();

    /// An attempt whose output is shown.
    private record Followed(long job, long attempt, Tail tail, Thread thread) {}

    Following(LocalEngine engine, Show show, boolean colours) {
        this.engine = engine;
        this.show = show;
        this.colours = colours;
    }

    /// @param after what follows a run that passed
    /// @return the run as it ended
    Run toEnd(long id, List<String> after) throws InterruptedException {
        try (RunChanges.Watch watch = engine.changes().watch(id)) {
            while (true) {
                Run run = engine.history().byId(id).orElseThrow();
                List<Run.Job> jobs = engine.history().jobs(id);
                List<Run.Attempt> attempts = engine.history().attempts(id);
                attempts.forEach(attempt -> tail(attempt, jobs));
                if (run.progress().state() == RunState.ENDED) {
                    end(run, jobs, attempts, after);
                    return run;
                }
                for (Run.Job job : jobs) {
                    look(job);
                }
                watch.progress().forEach(p -> progress.put(p.jobId(), p.line()));
                now(jobs);
                watch.await(LOOK);
            }
        }
    }

    private void tail(Run.Attempt attempt, List<Run.Job> jobs) {
        if (attempt.state() == JobState.QUEUED || knows(attempt)) {
            return;
        }
        Run.Job job =
                jobs.stream().filter(j -> j.id() == attempt.jobId()).findFirst().orElseThrow();
        if (begun.add(job.id())) {
            synchronized (show) {
                show.jobBegins(job);
            }
        }
        Tail tail =
                new Tail(
                        job,
                        attempt.id(),
                        engine.logs(),
                        engine.history(),
                        show,
                        new Lines(colours));
        Thread thread = Thread.ofVirtual().name("tail-" + attempt.id()).start(tail);
        followed.add(new Followed(job.id(), attempt.id(), tail, thread));
    }

    private boolean knows(Run.Attempt attempt) {
        return followed.stream().anyMatch(one -> one.attempt == attempt.id());
    }

    /// Tells of a job's end when all that it printed has been shown.
    private void look(Run.Job job) throws InterruptedException {
        if (job.state() != JobState.ENDED || !ended.add(job.id()) || !begun.contains(job.id())) {
            return;
        }
        for (Followed one : followed) {
            if (one.job == job.id()) {
                one.thread.join();
            }
        }
        synchronized (show) {
            show.jobEnds(job);
        }
    }

    private void now(List<Run.Job> jobs) {
        Map<String, String> running = new LinkedHashMap<>();
        for (Run.Job job : jobs) {
            Instant since = job.times().startedAt();
            if (job.state() == JobState.RUNNING && since != null) {
                String line = progress.getOrDefault(job.id(), "");
                running.put(
                        job.name(),
                        Duration.between(since, Instant.now()).toSeconds()
                                + "s"
                                + (line.isEmpty() ? "" : ": " + line));
            }
        }
        synchronized (show) {
            show.now(running);
        }
    }

    private void end(Run run, List<Run.Job> jobs, List<Run.Attempt> attempts, List<String> after)
            throws InterruptedException {
        for (Run.Job job : jobs) {
            look(job);
        }
        Map<Long, List<String>> tails = new HashMap<>();
        followed.forEach(one -> tails.put(one.job, one.tail.last()));
        Map<Long, String> remedies = new HashMap<>();
        for (Run.Attempt attempt : attempts) {
            remedies.put(attempt.jobId(), remedy(JSON.readTree(attempt.evidence())));
        }
        synchronized (show) {
            show.ends(run, jobs, new Show.Causes(tails, remedies), after);
        }
    }

    /// What a server would be told is of no use where none is asked.
    static String remedy(JsonNode evidence) {
        JsonNode missing = evidence.path("missing");
        if (missing.isEmpty()) {
            return evidence.path("remedy").asString("");
        }
        StringBuilder words = new StringBuilder("slipway run");
        missing.forEach(name -> words.append(" --secret ").append(name.asString()));
        return words.toString();
    }
}
