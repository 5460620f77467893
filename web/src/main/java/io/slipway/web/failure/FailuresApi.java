package io.slipway.web.failure;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Right;
import io.slipway.engine.project.Project;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;
import io.slipway.web.api.RunApi;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What else is known of a run's failures: whether they come and go, and where else they are.
public final class FailuresApi {
    private static final int MOST_ELSEWHERE = 3;

    private final Database database;
    private final RunHistory history;

    /// Adds the operation.
    public FailuresApi(Api api, Database database, RunHistory history) {
        this.database = database;
        this.history = history;
        api.get("/projects/:project/runs/:run/failures", this::failures);
    }

    private record Failures(List<Failure> failures) {}

    /// Of one job.
    ///
    /// @param says the line of its output that says what is wrong; null where none looks like it
    /// @param same runs that failed alike, the newest first
    private record Failure(
            String job,
            @Nullable String says,
            int runs,
            int failed,
            int flaky,
            @Nullable Integer passedIn,
            List<Same> same) {}

    private record Same(String project, int run, String job) {}

    private Object failures(ApiRequest request) {
        Project project = database.read(tx -> request.project(tx, Right.READ));
        int number = request.pathInteger("run");
        Run run =
                history.byNumber(project.id(), number)
                        .orElseThrow(() -> RunApi.missing(project, number));
        return database.read(tx -> of(tx, request, run.id()));
    }

    private static Failures of(Tx tx, ApiRequest request, long runId) {
        List<FailureRows.OfJob> jobs = FailureRows.ofRun(tx, runId);
        boolean any = jobs.stream().anyMatch(job -> ErrorLines.first(job.lines()).isPresent());
        List<FailureRows.Elsewhere> lately =
                any
                        ? FailureRows.lately(tx, Access.readable(tx, request.caller()), runId)
                        : List.of();
        return new Failures(jobs.stream().map(job -> failure(job, lately)).toList());
    }

    private static Failure failure(FailureRows.OfJob job, List<FailureRows.Elsewhere> lately) {
        String says = ErrorLines.first(job.lines()).orElse(null);
        return new Failure(
                job.job(),
                says,
                job.runs(),
                job.failed(),
                job.flaky(),
                job.passedIn(),
                says == null ? List.of() : same(ErrorLines.alike(says), lately));
    }

    private static List<Same> same(String alike, List<FailureRows.Elsewhere> lately) {
        return lately.stream()
                .filter(
                        one ->
                                ErrorLines.first(one.lines())
                                        .map(ErrorLines::alike)
                                        .filter(alike::equals)
                                        .isPresent())
                .map(one -> new Same(one.project(), one.run(), one.job()))
                .distinct()
                .limit(MOST_ELSEWHERE)
                .toList();
    }
}
