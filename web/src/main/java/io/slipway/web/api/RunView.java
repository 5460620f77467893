package io.slipway.web.api;

import static io.slipway.web.api.AppView.text;
import static io.slipway.web.api.AppView.word;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonRawValue;

import io.slipway.engine.definition.Problem;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// A run as the API shows it.
record RunView(
        int number,
        String trigger,
        String cause,
        String ref,
        @Nullable String branch,
        String commit,
        String subject,
        String author,
        String state,
        @Nullable String outcome,
        @Nullable String reason,
        String createdAt,
        @Nullable String endedAt,
        @JsonInclude(Include.NON_NULL) @Nullable List<String> notes,
        @JsonInclude(Include.NON_NULL) @Nullable List<Problem> problems,
        @JsonInclude(Include.NON_NULL) @Nullable List<JobView> jobs) {
    private static final String BRANCH = "refs/heads/";

    static RunView of(Run run) {
        return of(run, null);
    }

    /// With everything that belongs to it.
    static RunView withJobs(Run run, RunHistory history) {
        Map<Long, List<Run.Attempt>> attempts =
                history.attempts(run.id()).stream()
                        .collect(Collectors.groupingBy(Run.Attempt::jobId));
        Map<Long, List<Run.Step>> steps = history.stepsOfRun(run.id());
        return of(
                run,
                history.jobs(run.id()).stream()
                        .map(
                                job ->
                                        JobView.of(
                                                job,
                                                attempts.getOrDefault(job.id(), List.of()),
                                                steps))
                        .toList());
    }

    private static RunView of(Run run, @Nullable List<JobView> jobs) {
        String ref = run.source().ref();
        return new RunView(
                run.number(),
                run.start().trigger(),
                run.start().cause(),
                ref,
                ref.startsWith(BRANCH) ? ref.substring(BRANCH.length()) : null,
                run.source().commit().hex(),
                run.source().subject(),
                run.source().author(),
                word(run.progress().state()),
                run.progress().outcome() == null ? null : word(run.progress().outcome()),
                run.progress().reason(),
                run.start().at().toString(),
                text(run.progress().endedAt()),
                jobs == null ? null : run.findings().notes(),
                jobs == null ? null : run.findings().problems(),
                jobs);
    }

    /// A job.
    record JobView(
            long id,
            String name,
            String kind,
            @Nullable String app,
            @Nullable String environment,
            List<String> needs,
            String state,
            @Nullable String waits,
            @Nullable String waitsDetail,
            @Nullable String outcome,
            @Nullable String reason,
            @Nullable String summary,
            @Nullable String startedAt,
            @Nullable String endedAt,
            List<AttemptView> attempts) {
        static JobView of(
                Run.Job job, List<Run.Attempt> attempts, Map<Long, List<Run.Step>> steps) {
            return new JobView(
                    job.id(),
                    job.name(),
                    word(job.kind()),
                    job.app(),
                    job.environment(),
                    job.needs(),
                    word(job.state()),
                    job.waits(),
                    job.waitsDetail(),
                    job.outcome() == null ? null : word(job.outcome()),
                    job.reason() == null ? null : word(job.reason()),
                    job.summary(),
                    text(job.times().startedAt()),
                    text(job.times().endedAt()),
                    attempts.stream()
                            .map(a -> AttemptView.of(a, steps.getOrDefault(a.id(), List.of())))
                            .toList());
        }
    }

    /// One try of a job.
    record AttemptView(
            int number,
            @Nullable Integer rollout,
            String state,
            @Nullable String outcome,
            @Nullable String reason,
            @Nullable String summary,
            @Nullable Integer exitCode,
            @JsonRawValue String evidence,
            @JsonRawValue String timings,
            long logLines,
            @Nullable String startedAt,
            @Nullable String endedAt,
            List<StepView> steps) {
        static AttemptView of(Run.Attempt attempt, List<Run.Step> steps) {
            return new AttemptView(
                    attempt.number(),
                    attempt.rollout(),
                    word(attempt.state()),
                    attempt.outcome() == null ? null : word(attempt.outcome()),
                    attempt.reason() == null ? null : word(attempt.reason()),
                    attempt.summary(),
                    attempt.exitCode(),
                    attempt.evidence(),
                    attempt.timings(),
                    attempt.logLines(),
                    text(attempt.times().startedAt()),
                    text(attempt.times().endedAt()),
                    steps.stream().map(StepView::of).toList());
        }
    }

    /// A step.
    record StepView(
            String name,
            String state,
            @Nullable String outcome,
            @Nullable Integer exitCode,
            @Nullable String note,
            @Nullable Long firstLine,
            @Nullable Long lastLine,
            @Nullable String startedAt,
            @Nullable String endedAt) {
        static StepView of(Run.Step step) {
            return new StepView(
                    step.name(),
                    word(step.state()),
                    step.outcome() == null ? null : word(step.outcome()),
                    step.exitCode(),
                    step.note(),
                    step.firstLine(),
                    step.lastLine(),
                    text(step.times().startedAt()),
                    text(step.times().endedAt()));
        }
    }
}
