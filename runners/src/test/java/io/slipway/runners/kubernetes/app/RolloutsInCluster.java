package io.slipway.runners.kubernetes.app;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.slipway.db.Database;
import io.slipway.db.Signal;
import io.slipway.engine.hook.HookRuns;
import io.slipway.engine.manifest.ReleaseManifests;
import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.plan.AppSpec.Health;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.release.AppValues;
import io.slipway.engine.release.Deployer.Manifest;
import io.slipway.engine.release.Placement;
import io.slipway.engine.release.Placements;
import io.slipway.engine.release.RolloutParts;
import io.slipway.engine.release.RolloutRows;
import io.slipway.engine.release.RolloutRuns;
import io.slipway.engine.release.Supervisor;
import io.slipway.engine.release.WatchfulSwitch;
import io.slipway.engine.route.AppAddresses;
import io.slipway.engine.route.Routes;
import io.slipway.engine.run.Runs;
import io.slipway.engine.run.Verdict;
import io.slipway.runners.kubernetes.ClusterExtension;

import org.awaitility.Awaitility;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Rollouts into a real cluster with the real database, and a switch that only remembers its table.
final class RolloutsInCluster implements AutoCloseable {
    static final Resources SMALL = new Resources(100, 32L << 20, 0);

    final KubernetesClient client;
    final ClusterExtension.Space space;
    final KubernetesDeployer deployer;
    final WatchfulSwitch traffic = new WatchfulSwitch();
    final Map<String, String> values = new LinkedHashMap<>();
    final RolloutRows rows;
    final Supervisor supervisor;
    private final RolloutParts parts;

    RolloutsInCluster(Database database, KubernetesClient client, ClusterExtension.Space space) {
        this.client = client;
        this.space = space;
        this.rows = new RolloutRows(database);
        this.deployer = new ClusterApps(client, space, rows.instance).deployer;
        Routes routes =
                new Routes(
                        database,
                        traffic,
                        null,
                        new Routes.Own(List.of(), "http://localhost:8080"));
        this.parts =
                new RolloutParts(
                        database,
                        deployer,
                        traffic,
                        routes,
                        (tx, project, app, version) -> values(app),
                        new AppAddresses(URI.create("http://localhost:8080"), false),
                        new HookRuns(database, deployer));
        this.supervisor =
                new Supervisor(parts, new RolloutRuns(new Runs()), new Signal(), name -> {});
        supervisor.start();
    }

    /// What is set is secret.
    private AppValues.Values values(AppSpec app) {
        Map<String, String> env = new LinkedHashMap<>(app.env());
        env.putAll(values);
        return new AppValues.Values(env, List.of(), values.size(), List.copyOf(values.values()));
    }

    /// An app that runs a script.
    AppSpec app(String script) {
        return app(script, new Health(null, 60_000, 250), SMALL);
    }

    AppSpec app(String script, Health health, Resources resources) {
        return app(space.nobody(), script, health, resources);
    }

    AppSpec app(String image, String script, Health health, Resources resources) {
        return new AppSpec(
                "web",
                image,
                8080,
                health,
                ClusterApps.shell(script),
                Map.of("GREETING", "hello"),
                Map.of(),
                true,
                "web.localhost",
                List.of(),
                resources);
    }

    /// Rolls the app out, as a run of its own.
    Verdict rollOut(AppSpec app) throws InterruptedException {
        return rows.perform(parts, rows.claim(new RolloutSpec(app, "production", null, null)));
    }

    /// What the newest release is for the cluster.
    List<Manifest> manifests(boolean compared) throws InterruptedException {
        Placement placement =
                rows.database.read(
                        tx ->
                                Placements.find(tx, rows.projectId, "production", "web")
                                        .orElseThrow());
        return new ReleaseManifests(parts).of(placement, compared).objects();
    }

    String namespace() {
        return space.apps() + "hello-production";
    }

    Deployment workload() {
        return Objects.requireNonNull(
                client.apps().deployments().inNamespace(namespace()).withName("web").get());
    }

    /// What the service answers.
    HttpResponse<String> get(HttpClient http) throws Exception {
        String backend = traffic.backends("web.localhost").getFirst();
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://" + backend + "/"))
                        .timeout(Duration.ofSeconds(10))
                        .build();
        return http.send(request, BodyHandlers.ofString());
    }

    String page() throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return get(http).body().strip();
        }
    }

    /// Waits until the app has only pods of one container, which are ready.
    void settle() {
        Awaitility.await("only what serves is left")
                .atMost(Duration.ofSeconds(90))
                .ignoreExceptions()
                .until(
                        () -> {
                            String container = deployer.present().iterator().next();
                            return deployer.ask(container, 8080, Health.DEFAULT).healthy();
                        });
    }

    @Override
    public void close() {
        supervisor.close();
        deployer.present().forEach(deployer::remove);
        deployer.hooks().forEach(deployer::removeHook);
    }
}
