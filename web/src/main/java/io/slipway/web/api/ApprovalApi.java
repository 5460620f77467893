package io.slipway.web.api;

import static io.slipway.web.api.AppView.text;
import static io.slipway.web.api.AppView.word;

import io.slipway.db.Database;
import io.slipway.engine.access.Right;
import io.slipway.engine.approval.Approval;
import io.slipway.engine.approval.Approvals;
import io.slipway.engine.approval.ForeignRuns;
import io.slipway.engine.project.Project;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.vertx.core.http.HttpMethod;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// What people say to rollouts that wait for them.
public final class ApprovalApi {
    private static final int LONGEST_WHY = 1_000;

    private final Database database;
    private final RunHistory history;
    private final Approvals approvals;
    private final ForeignRuns foreignRuns;

    /// Adds the operations.
    public ApprovalApi(
            Api api,
            Database database,
            RunHistory history,
            Approvals approvals,
            ForeignRuns foreignRuns) {
        this.foreignRuns = foreignRuns;
        this.database = database;
        this.history = history;
        this.approvals = approvals;
        api.get("/projects/:project/runs/:run/approvals", this::all);
        api.add(HttpMethod.POST, "/projects/:project/runs/:run/approvals", this::rule);
    }

    private record All(List<View> approvals) {}

    private record View(
            String job,
            String environment,
            String commit,
            String image,
            List<String> by,
            String askedAt,
            String expiresAt,
            @Nullable String verdict,
            @Nullable String who,
            String why,
            @Nullable String ruledAt) {
        static View of(Approval approval) {
            Approval.Verdict verdict = approval.verdict();
            return new View(
                    approval.job(),
                    approval.environment(),
                    approval.commit(),
                    approval.image(),
                    approval.by(),
                    approval.askedAt().toString(),
                    approval.expiresAt().toString(),
                    verdict == null ? null : word(verdict),
                    approval.who(),
                    approval.why(),
                    text(approval.ruledAt()));
        }
    }

    private record Word(
            @Nullable String environment, @Nullable Boolean reject, @Nullable String why) {}

    private Object all(ApiRequest request) {
        Project project = database.read(tx -> request.project(tx, Right.READ));
        return new All(approvals.of(run(request, project).id()).stream().map(View::of).toList());
    }

    private Run run(ApiRequest request, Project project) {
        int number = request.pathInteger("run");
        return history.byNumber(project.id(), number)
                .orElseThrow(() -> RunApi.missing(project, number));
    }

    private Object rule(ApiRequest request) throws Exception {
        Word word = request.body(Word.class);
        String why = word.why() == null ? "" : word.why().strip();
        if (why.length() > LONGEST_WHY) {
            throw ApiRequest.bad("why", "is longer than " + LONGEST_WHY + " characters");
        }
        boolean rejects = Boolean.TRUE.equals(word.reject());
        if (rejects && why.isEmpty()) {
            throw ApiRequest.bad("why", "is missing: a rejection says why");
        }
        Project project = database.read(tx -> request.project(tx, Right.ROLL_OUT));
        Run run = run(request, project);
        boolean foreign =
                word.environment() == null
                        && database.transaction(
                                tx ->
                                        foreignRuns.rule(
                                                tx, request.caller(), project, run, !rejects, why));
        if (foreign) {
            return new Api.Accepted(Map.of("run", run.number(), "environment", ""));
        }
        String environment =
                approvals.rule(
                        request.caller(),
                        project,
                        run,
                        new Approvals.Word(word.environment(), !rejects, why));
        return new Api.Accepted(Map.of("run", run.number(), "environment", environment));
    }
}
