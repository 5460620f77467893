package io.slipway.web.api;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Right;
import io.slipway.engine.project.Project;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.Runs;
import io.slipway.fault.Fault;
import io.vertx.core.http.HttpMethod;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// Runs: what was, what is, retry and cancel.
public final class RunApi {
    private final Database database;
    private final RunHistory history;
    private final Runs runs;

    /// Adds the operations.
    public RunApi(Api api, Database database, RunHistory history, Runs runs) {
        this.database = database;
        this.history = history;
        this.runs = runs;
        api.get("/projects/:project/runs", this::newest);
        api.get("/projects/:project/runs/:run", this::one);
        api.add(HttpMethod.POST, "/projects/:project/runs/:run/retry", this::retry);
        api.add(HttpMethod.POST, "/projects/:project/runs/:run/cancel", this::cancel);
    }

    private record Page(List<RunView> runs, @Nullable String next) {}

    private record Retry(@Nullable Boolean all, @Nullable String job) {}

    private record Cancel(@Nullable String job) {}

    private Object newest(ApiRequest request) {
        Project project = database.read(tx -> request.project(tx, Right.READ));
        int before = request.query("cursor", Integer.MAX_VALUE, Integer.MAX_VALUE);
        int limit = Math.max(1, request.query("limit", 20, 100));
        List<Run> found = history.newest(project.id(), before, limit + 1);
        List<RunView> page = found.stream().limit(limit).map(RunView::of).toList();
        return new Page(
                page, found.size() > limit ? Integer.toString(page.getLast().number()) : null);
    }

    private Object one(ApiRequest request) {
        return RunView.withJobs(run(request, Right.READ), history);
    }

    private Run run(ApiRequest request, Right right) {
        Project project = database.read(tx -> request.project(tx, right));
        int number = request.pathInteger("run");
        return history.byNumber(project.id(), number).orElseThrow(() -> missing(project, number));
    }

    /// The project has no run of that number.
    public static Fault missing(Project project, int number) {
        return new Fault(
                Fault.Kind.NOT_FOUND,
                "cannot find run " + number + " of " + project.name(),
                "see the runs of the project");
    }

    private Object retry(ApiRequest request) throws Exception {
        Retry wanted = request.body(Retry.class);
        boolean all = Boolean.TRUE.equals(wanted.all());
        String job = wanted.job();
        Run run = run(request, Right.RUN);
        database.change(
                tx -> {
                    if (job == null) {
                        runs.retry(tx, run.id(), !all);
                    } else {
                        runs.retryJob(tx, run.id(), job);
                    }
                    audit(tx, request, run, job, "retry");
                });
        return new Api.Accepted(Map.of("run", run.number()));
    }

    private Object cancel(ApiRequest request) throws Exception {
        String job = request.body(Cancel.class).job();
        Run run = run(request, Right.RUN);
        String by = "by " + request.caller().principal().name();
        database.change(
                tx -> {
                    if (job == null && !runs.cancel(tx, run.id(), by)) {
                        throw new Fault(
                                Fault.Kind.CONFLICT,
                                "cannot cancel run " + run.number() + ": it has ended",
                                "");
                    }
                    if (job != null && !runs.cancelJob(tx, run.id(), job, by)) {
                        throw new Fault(
                                Fault.Kind.CONFLICT,
                                "cannot cancel " + job + ": it has ended, or there is no such job",
                                "see the names of the run's jobs");
                    }
                    audit(tx, request, run, job, "cancel");
                });
        return new Api.Accepted(Map.of("run", run.number()));
    }

    private static void audit(
            Tx tx, ApiRequest request, Run run, @Nullable String job, String action) {
        String what = "run " + run.number() + (job == null ? "" : ", job " + job);
        Audit.add(tx, request.caller(), Audit.Entry.of(run.projectId(), action, what));
    }
}
