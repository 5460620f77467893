package io.slipway.web.overview;

import io.slipway.db.Database;
import io.slipway.engine.access.Right;
import io.slipway.engine.estimate.Trace;
import io.slipway.engine.estimate.Usual;
import io.slipway.engine.project.Project;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;
import io.slipway.web.api.RunApi;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Where a run's time went, for people and for programs that draw traces.
public final class TraceApi {
    private final Database database;
    private final RunHistory history;

    /// Adds the operations.
    public TraceApi(Api api, Database database, RunHistory history) {
        this.database = database;
        this.history = history;
        api.get("/projects/:project/runs/:run/trace", this::trace);
        api.get("/projects/:project/runs/:run/trace/otlp", this::otlp);
    }

    private record OfRun(int run, String begin, long took, String says, List<OfSpan> spans) {}

    /// Times in milliseconds.
    ///
    /// @param begin since the run's beginning
    /// @param usual of a job or a step, where that is known
    private record OfSpan(
            String kind,
            String job,
            int attempt,
            String name,
            String state,
            long begin,
            long took,
            boolean decides,
            @Nullable Usually usual) {}

    private record Usually(long begin, long took) {
        static Usually of(Usual usual) {
            return new Usually(usual.begin().toMillis(), usual.took().toMillis());
        }
    }

    private record Found(Run run, Trace trace) {}

    private Object trace(ApiRequest request) {
        Found found = found(request);
        Trace trace = found.trace();
        Instant begin = trace.begin();
        Map<Part, Usually> usual =
                database.read(tx -> Usual.of(tx, found.run().id())).stream()
                        .collect(
                                Collectors.toMap(
                                        one -> new Part(one.job(), one.step()), Usually::of));
        return new OfRun(
                found.run().number(),
                begin.toString(),
                trace.end().toEpochMilli() - begin.toEpochMilli(),
                trace.says(),
                trace.spans().stream().map(span -> of(span, begin, usual)).toList());
    }

    /// @param step empty: the whole job
    private record Part(String job, String step) {
        /// What of a job a span is; a wait and a preparation are no part that is compared.
        static Optional<Part> of(Trace.Span span) {
            return switch (span.kind()) {
                case JOB -> Optional.of(new Part(span.job(), ""));
                case STEP -> Optional.of(new Part(span.job(), span.name()));
                case WAIT, PREPARE -> Optional.empty();
            };
        }
    }

    private static OfSpan of(Trace.Span span, Instant begin, Map<Part, Usually> usual) {
        return new OfSpan(
                span.kind().name().toLowerCase(Locale.ROOT),
                span.job(),
                span.attempt(),
                span.name(),
                span.state(),
                span.begin().toEpochMilli() - begin.toEpochMilli(),
                span.took().toMillis(),
                span.decides(),
                Part.of(span).map(usual::get).orElse(null));
    }

    private Object otlp(ApiRequest request) {
        Found found = found(request);
        return OtlpTrace.of(found.run(), found.trace());
    }

    private Found found(ApiRequest request) {
        Project project = database.read(tx -> request.project(tx, Right.READ));
        int number = request.pathInteger("run");
        Run run =
                history.byNumber(project.id(), number)
                        .orElseThrow(() -> RunApi.missing(project, number));
        Trace.Seen seen =
                new Trace.Seen(
                        run,
                        history.jobs(run.id()),
                        history.attempts(run.id()),
                        history.stepsOfRun(run.id()));
        return new Found(run, Trace.of(seen, Instant.now()));
    }
}
