package io.slipway.engine.release;

import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.Signal;
import io.slipway.engine.hook.HookRuns;
import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.route.AppAddresses;
import io.slipway.engine.route.Routes;
import io.slipway.engine.run.Runs;
import io.slipway.engine.run.Verdict;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import java.net.URI;
import java.util.List;
import java.util.Map;

/// What tests of rollouts and their supervisor on a target share that does what they say.
class OnScriptedTarget {
    static final AppSpec GOOD = RolloutRows.app("web", 8080, List.of("serve"));
    static final AppSpec BAD = RolloutRows.app("web", 8080, List.of("exit", "3"));

    final Database database;
    final ScriptedDeployer deployer = new ScriptedDeployer();
    final WatchfulSwitch traffic = new WatchfulSwitch();
    final RolloutRuns runs = new RolloutRuns(new Runs());
    RolloutRows rows;
    RolloutParts parts;
    Supervisor supervisor;
    int configuration;
    List<String> hidden = List.of();

    OnScriptedTarget(Database database) {
        this.database = database;
    }

    @BeforeEach
    void compose() {
        rows = new RolloutRows(database);
        Routes routes =
                new Routes(
                        database,
                        traffic,
                        null,
                        new Routes.Own(List.of(), "http://localhost:8080"));
        parts =
                new RolloutParts(
                        database,
                        deployer,
                        traffic,
                        routes,
                        (tx, project, app, version) ->
                                new AppValues.Values(
                                        Map.of(),
                                        List.of(),
                                        version == null ? configuration : version,
                                        hidden),
                        new AppAddresses(URI.create("http://localhost:8080"), false),
                        new HookRuns(database, deployer));
        supervisor = new Supervisor(parts, runs, new Signal(), name -> {});
    }

    @AfterEach
    void close() {
        supervisor.close();
        deployer.close();
    }

    TestClaim claim(AppSpec app) {
        return rows.claim(new RolloutSpec(app, "production", null, null));
    }

    Verdict rollOut(AppSpec app) throws InterruptedException {
        return rows.perform(parts, claim(app));
    }

    /// Lets the supervisor look until nothing is left to do.
    void settle() {
        await().until(
                        () -> {
                            supervisor.round();
                            return settled();
                        });
    }

    boolean settled() {
        return database
                .read(tx -> tx.query("select state from app_containers", row -> row.text("state")))
                .stream()
                .allMatch(state -> state.equals("serving") || state.equals("gone"));
    }

    Rollout rollout(int number) {
        return database.read(tx -> Rollouts.byNumber(tx, rows.projectId, number)).orElseThrow();
    }

    boolean rejected(int number) {
        return database.read(tx -> Releases.byId(tx, rollout(number).releaseId())).rejected();
    }

    Placement placement() {
        return database.read(tx -> Placements.find(tx, rows.projectId, "production", "web"))
                .orElseThrow();
    }
}
