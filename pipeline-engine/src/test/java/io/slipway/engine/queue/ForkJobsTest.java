package io.slipway.engine.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.asking.ForeignLimits;
import io.slipway.engine.definition.Definition;
import io.slipway.engine.event.Changes;
import io.slipway.engine.event.Trigger;
import io.slipway.engine.gate.HostOwners;
import io.slipway.engine.plan.PlanRequest;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.plan.Planner;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.RunState;
import io.slipway.engine.run.Runs;
import io.slipway.engine.source.FolderTree;
import io.slipway.engine.step.CheckWork;
import io.slipway.engine.step.JobSecrets;
import io.slipway.engine.step.RegistryAccess;
import io.slipway.engine.step.ScriptedRunner;
import io.slipway.engine.step.TinyTar;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/// What jobs get whose sources are a fork's, once somebody has agreed to them.
@ExtendWith(DatabaseExtension.class)
final class ForkJobsTest {
    @TempDir Path folder;

    private final Database database;
    private final Notifications notifications;
    private final RunHistory history;
    private final List<Dispatcher> dispatchers = new ArrayList<>();
    private ScriptedRunner runner;
    private long project;

    ForkJobsTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
        this.history = new RunHistory(database);
    }

    @BeforeEach
    void make() {
        Plans.runner(database, 4);
        project = Plans.project(database, "fork");
        runner = new ScriptedRunner(folder);
    }

    @AfterEach
    void close() {
        dispatchers.forEach(Dispatcher::close);
        runner.close();
        assertThat(runner.misuse).isEmpty();
    }

    private void dispatcher(RegistryAccess registry) {
        CheckWork work =
                new CheckWork(
                        runner,
                        job -> new TinyTar("hello.txt", "from the sources\n"),
                        "http://localhost:8080",
                        JobSecrets.NONE,
                        registry,
                        ForeignLimits.STANDARD);
        dispatchers.add(
                new Dispatcher(
                        database,
                        notifications,
                        UUID.randomUUID(),
                        Map.of(JobKind.CHECK, work),
                        run -> {}));
    }

    private Runs.Created push(String file) {
        Definition definition = Definition.parse(".slipway.yml", file);
        assertThat(definition.problems()).isEmpty();
        PlanRequest request =
                new PlanRequest(
                        "shop",
                        "refs/heads/main",
                        Plans.COMMIT,
                        "main",
                        "localhost",
                        Trigger.push(Changes.some(List.of("docs/a.md"), "4be0a16")));
        var plan = new Planner(HostOwners.NOBODY).plan(definition, request, new FolderTree(folder));
        assertThat(plan.problems()).isEmpty();
        return Plans.run(database, project, plan.jobs().toArray(PlannedJob[]::new));
    }

    private Run ended(Runs.Created run) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(10))
                .until(
                        () ->
                                history.byId(run.id()).orElseThrow().progress().state()
                                        == RunState.ENDED);
        return history.byId(run.id()).orElseThrow();
    }

    /// A-PPE-1
    @Test
    @Tag("attack")
    void aForksJobsReachNoRegistryAndWhatTheyGenerateIsLimited() {
        Runs.Created run =
                push(
                        """
                        jobs:
                          more:
                            image: busybox
                            generate: jobs.yml
                            steps:
                              - |
                                cat > jobs.yml <<'END'
                                jobs:
                                  one:
                                    image: busybox
                                    timeout: 5h
                                    resources: { cpu: 64, memory: 64Gi, pids: 100000 }
                                    steps: ['echo "registry $SLIPWAY_REGISTRY"']
                                END
                        """);
        database.change(
                tx ->
                        tx.update(
                                """
                                update runs set source_trust = 'fork', approved_commit = commit,
                                    approved_definition = definition_sha256
                                where id = ?
                                """,
                                run.id()));
        List<String> asked = new CopyOnWriteArrayList<>();
        dispatcher(
                claim -> {
                    asked.add(claim.job().name());
                    return Optional.of(new RegistryAccess.Login("there:5000", "u", "password"));
                });
        assertThat(ended(run).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(asked).isEmpty();
        String spec =
                database.read(
                        tx ->
                                tx.one(
                                        """
                                        select (spec -> 'resources')::text || ' '
                                            || (spec ->> 'timeout') as s
                                        from jobs where run_id = ? and name = 'one'
                                        """,
                                        row -> row.text("s"),
                                        run.id()));
        assertThat(spec)
                .contains("\"pids\": 512", "\"milliCpu\": 1000", "\"memoryBytes\": 2147483648")
                .endsWith("PT20M");
    }
}
