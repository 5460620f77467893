package io.slipway.web.overview;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.access.Right;
import io.slipway.engine.estimate.Durations;
import io.slipway.engine.estimate.Estimate;
import io.slipway.engine.estimate.LongestWay;
import io.slipway.engine.project.Project;
import io.slipway.engine.run.JobState;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;
import io.slipway.web.api.RunApi;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// How long a run and its jobs usually take, and what is left of them.
public final class EstimateApi {
    private final Database database;
    private final RunHistory history;

    /// Adds the operation.
    public EstimateApi(Api api, Database database, RunHistory history) {
        this.database = database;
        this.history = history;
        api.get("/projects/:project/runs/:run/estimate", this::estimate);
    }

    /// Of the whole run; what is left is the longest way through its jobs.
    private record OfRun(Expected run, List<OfJob> jobs) {}

    private record OfJob(long job, Expected expected) {}

    /// Times in milliseconds.
    record Expected(
            int samples,
            @Nullable Long usually,
            @Nullable Long mostly,
            @Nullable Long left,
            boolean longer) {
        static Expected of(Estimate estimate) {
            return new Expected(
                    estimate.samples(),
                    milliseconds(estimate.usually()),
                    milliseconds(estimate.mostly()),
                    milliseconds(estimate.left()),
                    estimate.longer());
        }

        private static @Nullable Long milliseconds(@Nullable Duration time) {
            return time == null ? null : time.toMillis();
        }
    }

    private Object estimate(ApiRequest request) {
        Project project = database.read(tx -> request.project(tx, Right.READ));
        int number = request.pathInteger("run");
        Run run =
                history.byNumber(project.id(), number)
                        .orElseThrow(() -> RunApi.missing(project, number));
        return database.read(tx -> of(tx, run.id(), history.jobs(run.id())));
    }

    /// What is expected of a run as a whole.
    static Expected ofRun(Tx tx, long run, List<Run.Job> jobs) {
        return of(tx, run, jobs).run();
    }

    private static OfRun of(Tx tx, long run, List<Run.Job> jobs) {
        Instant now = Instant.now();
        Map<Long, List<Duration>> earlier = Durations.ofJobs(tx, run);
        Map<String, Estimate> estimates = new HashMap<>();
        for (Run.Job job : jobs) {
            List<Duration> times = earlier.getOrDefault(job.id(), List.of());
            estimates.put(job.name(), Estimate.of(times, elapsed(job, now)));
        }
        Estimate whole = Estimate.of(Durations.ofRuns(tx, run), Duration.ZERO);
        Duration left = LongestWay.left(jobs, estimates);
        boolean longer = estimates.values().stream().anyMatch(Estimate::longer);
        Estimate ofRun =
                new Estimate(whole.samples(), whole.usually(), whole.mostly(), left, longer);
        return new OfRun(
                Expected.of(ofRun),
                jobs.stream()
                        .map(job -> new OfJob(job.id(), of(estimates.get(job.name()))))
                        .toList());
    }

    private static Expected of(@Nullable Estimate estimate) {
        return Expected.of(estimate == null ? Estimate.of(List.of(), Duration.ZERO) : estimate);
    }

    private static Duration elapsed(Run.Job job, Instant now) {
        Instant began = job.times().startedAt();
        return began == null || job.state() == JobState.ENDED
                ? Duration.ZERO
                : Duration.between(began, now);
    }
}
