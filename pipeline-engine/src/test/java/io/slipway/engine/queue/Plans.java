package io.slipway.engine.queue;

import io.slipway.db.Database;
import io.slipway.engine.definition.Problem;
import io.slipway.engine.graph.Concurrency;
import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.plan.CheckSpec;
import io.slipway.engine.plan.Plan;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.plan.StepSpec;
import io.slipway.engine.run.NewRun;
import io.slipway.engine.run.RunnerSlots;
import io.slipway.engine.run.Runs;
import io.slipway.engine.source.CommitId;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Runs for tests.
public final class Plans {
    public static final CommitId COMMIT = new CommitId("4be0a17c0ffee0123456789abcdef01234567890");

    private Plans() {}

    /// A job with one step.
    public static PlannedJob check(String name, String... needs) {
        return check(name, Duration.ofMinutes(10), needs);
    }

    /// A job with one step and a time limit.
    public static PlannedJob check(String name, Duration timeout, String... needs) {
        return new PlannedJob(
                name,
                new CheckSpec(
                        "busybox",
                        List.of(new StepSpec("step", "true", Map.of(), "")),
                        Map.of(),
                        "",
                        new Resources(0, 0, 0),
                        true,
                        timeout),
                List.of(needs));
    }

    /// A project without a run.
    public static long project(Database database, String name) {
        return database.transaction(
                tx ->
                        tx.one(
                                "insert into projects (name) values (?) returning id",
                                row -> row.number("id"),
                                name));
    }

    /// Makes the one runner known.
    public static void runner(Database database, int slots) {
        database.change(tx -> RunnerSlots.register(tx, "docker", "docker", slots));
    }

    /// Starts a run of these jobs.
    public static Runs.Created run(Database database, long project, PlannedJob... jobs) {
        return start(
                database,
                project,
                new Plan(
                        Arrays.asList(jobs),
                        List.of(),
                        List.of(),
                        true,
                        "production takes main",
                        null));
    }

    /// A rollout of an app of this name to `production`.
    public static PlannedJob rollout(String name, String... needs) {
        AppSpec app =
                new AppSpec(
                        name,
                        "busybox:latest",
                        8080,
                        AppSpec.Health.DEFAULT,
                        List.of(),
                        Map.of(),
                        Map.of(),
                        true,
                        null,
                        List.of(),
                        new Resources(0, 0, 0));
        return new PlannedJob(name, new RolloutSpec(app, "production", null, null), List.of(needs));
    }

    /// Starts a run of these jobs in a group.
    public static Runs.Created run(
            Database database, long project, Concurrency concurrency, PlannedJob... jobs) {
        return start(
                database,
                project,
                new Plan(
                        Arrays.asList(jobs),
                        List.of(),
                        List.of(),
                        true,
                        List.of(),
                        null,
                        null,
                        concurrency));
    }

    /// Starts a run whose definition has this problem.
    public static Runs.Created wrong(Database database, long project, Problem problem) {
        return start(
                database,
                project,
                new Plan(
                        List.of(),
                        List.of(problem),
                        List.of(),
                        true,
                        "production takes main",
                        null));
    }

    private static Runs.Created start(Database database, long project, Plan plan) {
        return database.transaction(
                tx ->
                        new Runs()
                                .create(
                                        tx,
                                        new NewRun(
                                                project,
                                                new NewRun.Start("push", "", null, null),
                                                new NewRun.Source(
                                                        "refs/heads/main",
                                                        COMMIT,
                                                        "subject",
                                                        "Anna <anna@example.com>"),
                                                null,
                                                plan)));
    }
}
