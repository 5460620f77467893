package io.slipway.engine.schedule;

import io.slipway.db.Database;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Principals;
import io.slipway.engine.gate.HostOwners;
import io.slipway.engine.plan.Planner;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.RunnerSlots;
import io.slipway.engine.run.Runs;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Git;
import io.slipway.engine.source.Repositories;
import io.slipway.engine.trigger.Planning;
import io.slipway.engine.trigger.Push;
import io.slipway.engine.trigger.Pushes;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/// A project with a repository, and the parts that start its runs.
final class Nightly {
    static final String MAIN = "refs/heads/main";
    static final String EVERY_NIGHT =
            """
            on: { push: {}, schedule: [{ cron: "0 3 * * *", zone: Europe/Berlin }] }
            jobs: { night: { image: busybox, steps: ["true"] } }
            apps: {}
            """;

    final Database database;
    final Repositories repositories;
    final long project;
    final long principal;
    private final Path temp;
    private final Git git;
    private @Nullable CommitId head;

    Nightly(Database database, Path temp, String name) throws IOException {
        this.database = database;
        this.temp = temp;
        this.repositories = new Repositories(temp.resolve("repositories"));
        this.principal =
                database.transaction(
                        tx -> {
                            RunnerSlots.register(tx, "docker", "docker", 4);
                            return Principals.ensure(tx, "ada", Principal.Kind.OPERATOR).id();
                        });
        this.project =
                database.transaction(
                        tx -> Projects.create(tx, ProjectName.parse(name), null).project().id());
        repositories.create(project);
        this.git = Git.init(Files.createDirectory(temp.resolve("source")));
    }

    /// Pushes it to main.
    Nightly push(String file) {
        return push(file, MAIN);
    }

    /// Pushes it at once.
    Nightly push(String file, String ref) {
        commit(file);
        send(ref, "slipway.wait=none");
        return this;
    }

    /// Pushes it and leaves it to its run whether it moves.
    void pushWaiting(String file) {
        commit(file);
        send(MAIN);
    }

    private void commit(String file) {
        git.write(".slipway.yml", file).commit("Change");
        git.must(
                "push",
                "-q",
                "-f",
                temp.resolve("repositories/" + project + ".git").toString(),
                "HEAD:refs/slipway/runs/9999");
    }

    private void send(String ref, String... options) {
        CommitId to = git.head();
        CommitId from = ref.equals(MAIN) ? head : null;
        planning()
                .receive(
                        new Push(
                                UUID.randomUUID(),
                                project,
                                principal,
                                false,
                                List.of(options),
                                List.of(new Push.Change(ref, from, to)),
                                id -> false));
        head = ref.equals(MAIN) && options.length > 0 ? to : head;
    }

    private Pushes planning() {
        return new Pushes(
                database,
                repositories,
                plans(),
                new Runs(),
                new Pushes.Here(UUID.randomUUID(), "localhost"));
    }

    private static Planning plans() {
        return Planning.by(new Planner(HostOwners.NOBODY));
    }

    BranchRuns runs(Database by) {
        Pushes pushes =
                new Pushes(
                        by,
                        repositories,
                        plans(),
                        new Runs(),
                        new Pushes.Here(UUID.randomUUID(), "localhost"));
        return new BranchRuns(repositories, plans(), new Runs(), pushes.included(), "localhost");
    }

    ScheduleClock clock() {
        return clock(database);
    }

    ScheduleClock clock(Database by) {
        return new ScheduleClock(by, runs(by));
    }

    Project project() {
        return database.read(tx -> Projects.find(tx, project)).orElseThrow();
    }

    List<Schedules.Listed> schedules() {
        return database.read(tx -> Schedules.of(tx, project));
    }

    /// Runs that no push has started, the newest first.
    List<Run> started() {
        return new RunHistory(database)
                .newest(project, Integer.MAX_VALUE, 100).stream()
                        .filter(run -> !run.start().trigger().equals("push"))
                        .toList();
    }

    /// Lets the time come, as if it had passed.
    void due(String ago) {
        database.change(
                tx ->
                        tx.update(
                                """
                                update schedules
                                set due_at = date_trunc('second', clock_timestamp()) - ?::interval
                                where project_id = ?
                                """,
                                ago,
                                project));
    }
}
