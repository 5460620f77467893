package io.slipway.web.api;

import static io.slipway.web.api.AppView.text;
import static io.slipway.web.api.AppView.word;

import io.slipway.db.Database;
import io.slipway.engine.access.Right;
import io.slipway.engine.approval.Approval;
import io.slipway.engine.approval.Approvals;
import io.slipway.engine.approval.ForeignRuns;
import io.slipway.engine.project.Project;
import io.slipway.engine.run.NewRun;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.vertx.core.http.HttpMethod;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Optional;

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

    private record All(List<View> approvals, @Nullable Trust trust) {}

    /// What there is to agree to in a run of a fork's pull request.
    ///
    /// @param definition SHA-256 of the pipeline file that would count; empty: there is none
    /// @param ownDefinition whether that is the pull request's own
    /// @param author their login on the forge; null: not known whose code it is
    private record Trust(
            String commit,
            String definition,
            boolean ownDefinition,
            int pullRequest,
            @Nullable String author,
            @Nullable String authorId,
            boolean waits,
            boolean open,
            @Nullable String agreedBy) {
        static Trust of(ForeignRuns.Asked asked) {
            NewRun.Author author = asked.author();
            return new Trust(
                    asked.commit().hex(),
                    asked.definition(),
                    asked.own() || asked.offered() != null,
                    asked.pullRequest(),
                    author == null ? null : author.login(),
                    author == null ? null : author.id(),
                    asked.waits(),
                    asked.open(),
                    asked.agreedBy());
        }
    }

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

    /// @param commit that was seen, of a fork's sources
    /// @param definition that was seen, as [Trust] tells it
    private record Word(
            @Nullable String environment,
            @Nullable Boolean reject,
            @Nullable String why,
            @Nullable String commit,
            @Nullable String definition) {}

    private Object all(ApiRequest request) {
        Project project = database.read(tx -> request.project(tx, Right.READ));
        long run = run(request, project).id();
        return new All(
                approvals.of(run).stream().map(View::of).toList(),
                foreignRuns.asked(run).map(Trust::of).orElse(null));
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
        Optional<Integer> foreign =
                word.environment() != null
                        ? Optional.empty()
                        : foreignRuns.rule(
                                request.caller(),
                                project,
                                run,
                                new ForeignRuns.Word(
                                        !rejects, why, word.commit(), word.definition()));
        if (foreign.isPresent()) {
            return new Api.Accepted(Map.of("run", foreign.get(), "environment", ""));
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
