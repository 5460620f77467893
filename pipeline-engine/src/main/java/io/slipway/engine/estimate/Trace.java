package io.slipway.engine.estimate;

import io.slipway.engine.run.JobState;
import io.slipway.engine.run.Run;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Where a run's time went: what waited, what worked, and which of it decided how long the whole
/// took.
///
/// @param begin when the run was made
/// @param end when it ended; for one that has not, the time that was asked at
/// @param spans in the order of the run's jobs, each job before its parts
/// @param says one sentence on what took longest on the way; empty when nothing has begun
public record Trace(Instant begin, Instant end, List<Span> spans, String says) {

    /// What a span is.
    public enum Kind {
        /// A job as a whole, from the beginning of its first attempt.
        JOB,
        /// A job could begin and had not yet: no room, a person, a line, a pause.
        WAIT,
        /// From the claim of an attempt to its first step.
        PREPARE,
        /// A step.
        STEP
    }

    /// A part of the run's time.
    ///
    /// @param job its name
    /// @param attempt its number; 0 for a job and for a wait
    /// @param name of the step, else of the job
    /// @param state `waiting`, `running`, or the outcome
    /// @param decides whether the run would have ended earlier without it
    public record Span(
            Kind kind,
            String job,
            int attempt,
            String name,
            String state,
            Instant begin,
            Instant end,
            boolean decides) {
        /// How long it took.
        public Duration took() {
            return Duration.between(begin, end);
        }
    }

    /// What is known of a run.
    ///
    /// @param attempts of all jobs, in their order
    /// @param steps by the attempt's id
    public record Seen(
            Run run,
            List<Run.Job> jobs,
            List<Run.Attempt> attempts,
            Map<Long, List<Run.Step>> steps) {}

    /// The trace of a run as it stands.
    ///
    /// @param now ends what has not ended
    public static Trace of(Seen seen, Instant now) {
        return new Drawing(seen, now).trace();
    }

    /// While one is made.
    private static final class Drawing {
        private final Seen seen;
        private final Instant begin;
        private final Instant end;
        private final Map<String, Run.Job> byName = new HashMap<>();
        private final Set<String> way = new HashSet<>();
        private final List<Span> spans = new ArrayList<>();

        Drawing(Seen seen, Instant now) {
            this.seen = seen;
            this.begin = seen.run().start().at();
            Instant ended = seen.run().progress().endedAt();
            this.end = latest(begin, ended == null ? now : ended);
            seen.jobs().forEach(job -> byName.put(job.name(), job));
        }

        Trace trace() {
            findWay();
            seen.jobs().forEach(this::draw);
            return new Trace(begin, end, List.copyOf(spans), says());
        }

        /// From the job that ended last back to the one that nothing held up: of what each needs,
        /// the one that ended last.
        private void findWay() {
            Optional<Run.Job> at =
                    seen.jobs().stream()
                            .filter(job -> job.times().startedAt() != null)
                            .max(Comparator.comparing(this::end));
            while (at.isPresent() && way.add(at.get().name())) {
                at = lastNeed(at.get());
            }
        }

        private Optional<Run.Job> lastNeed(Run.Job job) {
            return job.needs().stream()
                    .flatMap(name -> Optional.ofNullable(byName.get(name)).stream())
                    .filter(need -> need.times().endedAt() != null)
                    .max(Comparator.comparing(this::end));
        }

        private void draw(Run.Job job) {
            Instant ready = lastNeed(job).map(this::end).orElse(begin);
            Instant began = job.times().startedAt();
            boolean decides = way.contains(job.name());
            if (began == null && job.state() == JobState.ENDED) {
                return; // it was skipped, or ended while it waited
            }
            boolean held =
                    job.needs().stream()
                            .map(byName::get)
                            .anyMatch(need -> need != null && need.state() != JobState.ENDED);
            if (!held) {
                Instant until = began == null ? end : began;
                String state = began == null ? "waiting" : "succeeded";
                add(Kind.WAIT, job.name(), 0, job.name(), state, ready, until, decides);
            }
            if (began == null) {
                return;
            }
            add(Kind.JOB, job.name(), 0, job.name(), state(job), began, end(job), decides);
            seen.attempts().stream()
                    .filter(attempt -> attempt.jobId() == job.id())
                    .forEach(attempt -> draw(job, attempt, decides));
        }

        private void draw(Run.Job job, Run.Attempt attempt, boolean decides) {
            List<Run.Step> steps =
                    seen.steps().getOrDefault(attempt.id(), List.of()).stream()
                            .filter(step -> step.times().startedAt() != null)
                            .toList();
            Instant began = attempt.times().startedAt();
            if (began != null && !steps.isEmpty()) {
                Instant first = orEnd(steps.getFirst().times().startedAt());
                add(
                        Kind.PREPARE,
                        job.name(),
                        attempt.number(),
                        job.name(),
                        "succeeded",
                        began,
                        first,
                        decides);
            }
            for (Run.Step step : steps) {
                String state = step.outcome() == null ? "running" : word(step.outcome());
                add(
                        Kind.STEP,
                        job.name(),
                        attempt.number(),
                        step.name(),
                        state,
                        orEnd(step.times().startedAt()),
                        orEnd(step.times().endedAt()),
                        decides);
            }
        }

        private void add(
                Kind kind,
                String job,
                int attempt,
                String name,
                String state,
                Instant from,
                Instant to,
                boolean decides) {
            if (to.isAfter(from)) {
                spans.add(new Span(kind, job, attempt, name, state, from, to, decides));
            }
        }

        private String says() {
            Duration whole = Duration.between(begin, end);
            Optional<Span> longest =
                    spans.stream()
                            .filter(Span::decides)
                            .filter(span -> span.kind() == Kind.JOB || span.kind() == Kind.WAIT)
                            .max(Comparator.comparing(Span::took));
            if (longest.isEmpty() || whole.isZero()) {
                return "";
            }
            Span span = longest.get();
            long percent =
                    Math.min(100, Math.round(100.0 * span.took().toMillis() / whole.toMillis()));
            if (span.kind() == Kind.WAIT) {
                return "waiting for " + span.job() + " to begin is " + percent + "% of the time";
            }
            return spans.stream()
                    .filter(part -> part.kind() == Kind.STEP && part.job().equals(span.job()))
                    .max(Comparator.comparing(Span::took))
                    .map(step -> ", most of it '" + step.name() + "'")
                    .map(step -> span.job() + " is " + percent + "% of the time" + step)
                    .orElse(span.job() + " is " + percent + "% of the time");
        }

        private Instant end(Run.Job job) {
            return orEnd(job.times().endedAt());
        }

        private Instant orEnd(@Nullable Instant at) {
            return at == null ? end : at;
        }

        private static Instant latest(Instant one, Instant other) {
            return one.isAfter(other) ? one : other;
        }

        private static String state(Run.Job job) {
            return job.outcome() == null ? "running" : word(job.outcome());
        }

        private static String word(Enum<?> of) {
            return of.name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
