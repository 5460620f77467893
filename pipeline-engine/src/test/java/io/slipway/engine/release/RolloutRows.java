package io.slipway.engine.release;

import io.slipway.db.Database;
import io.slipway.db.Json;
import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.plan.JobSpecs;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;
import io.slipway.engine.source.CommitId;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// The rows that rollouts need: a runner, a target, the project `hello`, and runs of one job each.
public final class RolloutRows {
    public static final String COMMIT = "9f2c1ab0000000000000000000000000000000ab";

    public final Database database;
    public final String instance;
    public final long projectId;
    private final long runnerId;

    /// On a database that may have been used by another test of the class.
    public RolloutRows(Database database) {
        this.database = database;
        this.instance = database.read(tx -> tx.one("select id from instance", r -> r.text("id")));
        database.change(
                tx -> {
                    tx.update("delete from projects");
                    tx.update("delete from environment_targets");
                    tx.update("delete from targets");
                    tx.update("delete from runners");
                });
        this.runnerId = runner();
        this.projectId =
                database.transaction(
                        tx ->
                                tx.one(
                                        "insert into projects (name) values ('hello') returning id",
                                        r -> r.number("id")));
    }

    private long runner() {
        return database.transaction(
                tx -> {
                    long runner =
                            tx.one(
                                    "insert into runners (name, kind, slots) values ('local',"
                                            + " 'docker', 4) returning id",
                                    r -> r.number("id"));
                    tx.update("insert into targets (name, runner_id) values ('local', ?)", runner);
                    tx.update("insert into environment_targets (target_id) select id from targets");
                    return runner;
                });
    }

    /// An app that runs a command.
    public static AppSpec app(String name, @Nullable Integer port, List<String> command) {
        return new AppSpec(
                name,
                "busybox:latest",
                port,
                new AppSpec.Health(null, 20_000, 100),
                command,
                Map.of(),
                Map.of(),
                true,
                name + ".localhost",
                List.of(),
                new Resources(0, 0, 0));
    }

    /// The same with a volume `data` at `/data`.
    public static AppSpec withVolume(AppSpec app) {
        return new AppSpec(
                app.name(),
                app.image(),
                app.port(),
                app.health(),
                app.command(),
                app.env(),
                app.secrets(),
                app.open(),
                app.host(),
                List.of(new AppSpec.Volume("data", "/data")),
                app.resources(),
                app.scale(),
                app.cron(),
                app.before());
    }

    /// The claim of the only job of a new run.
    public TestClaim claim(RolloutSpec spec) {
        return database.transaction(
                tx -> {
                    int number =
                            tx.one(
                                    "update projects set latest_run = latest_run + 1 where id = ?"
                                            + " returning latest_run",
                                    r -> r.integer("latest_run"),
                                    projectId);
                    long runId =
                            tx.one(
                                    """
                                    insert into runs (project_id, number, trigger, ref, commit)
                                    values (?, ?, 'push', 'refs/heads/main', ?) returning id
                                    """,
                                    r -> r.number("id"),
                                    projectId,
                                    number,
                                    COMMIT);
                    long jobId =
                            tx.one(
                                    """
                                    insert into jobs (run_id, project_id, position, name, kind, app, environment, spec, state)
                                    values (?, ?, 0, 'rollout', 'rollout', ?, 'production', ?, 'running') returning id
                                    """,
                                    r -> r.number("id"),
                                    runId,
                                    projectId,
                                    spec.app().name(),
                                    new Json(JobSpecs.write(spec)));
                    long attemptId =
                            tx.one(
                                    """
                                    insert into attempts (job_id, project_id, number, state, runner_id, turn, fence)
                                    values (?, ?, 1, 'running', ?, 0, 1) returning id
                                    """,
                                    r -> r.number("id"),
                                    jobId,
                                    projectId,
                                    runnerId);
                    return new TestClaim(
                            new Claim.Job(
                                    jobId,
                                    attemptId,
                                    projectId,
                                    "hello",
                                    runId,
                                    number,
                                    "refs/heads/main",
                                    new CommitId(COMMIT),
                                    "push",
                                    "mira",
                                    "rollout",
                                    spec),
                            new AttemptName(instance, jobId, 1));
                });
    }

    /// The attempt is claimed by another server, whose claim this is now.
    public void claimAgain(TestClaim claim) {
        claim.fence++;
        database.change(
                tx ->
                        tx.update(
                                "update attempts set fence = ? where id = ?",
                                claim.fence,
                                claim.job().attemptId()));
    }

    /// Writes the verdict over the attempt and its job, as the queue does.
    public void conclude(Claim claim, Outcome outcome, Reason reason, String summary) {
        database.change(
                tx -> {
                    tx.update(
                            "update attempts set state = 'ended', outcome = ?, reason = ?, summary"
                                    + " = ? where id = ?",
                            outcome,
                            reason,
                            summary,
                            claim.job().attemptId());
                    tx.update(
                            "update jobs set state = 'ended', outcome = ? where id = ?",
                            outcome,
                            claim.job().id());
                });
    }

    /// Does the claim's work, and writes its verdict.
    public Verdict perform(RolloutParts parts, Claim claim) throws InterruptedException {
        Verdict verdict = new RolloutWork(parts).perform(claim);
        conclude(claim, verdict.outcome(), verdict.reason(), verdict.summary());
        return verdict;
    }
}
