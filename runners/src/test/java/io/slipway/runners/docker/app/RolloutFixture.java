package io.slipway.runners.docker.app;

import com.github.dockerjava.api.DockerClient;

import io.slipway.db.Database;
import io.slipway.db.Signal;
import io.slipway.engine.hook.HookRuns;
import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.release.AppValues;
import io.slipway.engine.release.Deployer.BuiltImage;
import io.slipway.engine.release.Deployer.Progress;
import io.slipway.engine.release.Deployer.ReadyImage;
import io.slipway.engine.release.RolloutParts;
import io.slipway.engine.release.RolloutRows;
import io.slipway.engine.release.RolloutRuns;
import io.slipway.engine.release.Supervisor;
import io.slipway.engine.release.WatchfulSwitch;
import io.slipway.engine.route.AppAddresses;
import io.slipway.engine.route.Routes;
import io.slipway.engine.run.Runs;
import io.slipway.engine.run.Verdict;
import io.slipway.runners.docker.DockerAddress;
import io.slipway.runners.docker.DockerEngine;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// Rollouts on the real engine and the real database, with a switch that only remembers its table.
final class RolloutFixture implements AutoCloseable {
    private static final AtomicInteger SUBNETS = new AtomicInteger((int) (System.nanoTime() % 200));

    final Database database;
    final DockerClient docker;
    final DockerEngine engine;
    final String instance;
    final DockerDeployer deployer;
    final WatchfulSwitch traffic = new WatchfulSwitch();
    final Map<String, String> values = new LinkedHashMap<>();
    final RolloutParts parts;
    final RolloutRows rows;
    final Supervisor supervisor;

    RolloutFixture(Database database, boolean reachable) {
        this(database, reachable, RolloutFixture::subnet);
    }

    RolloutFixture(Database database, boolean reachable, Supplier<String> subnets) {
        this(database, reachable, DockerAddress.find(System.getenv(), home()), subnets);
    }

    RolloutFixture(
            Database database, boolean reachable, DockerAddress address, Supplier<String> subnets) {
        this.database = database;
        this.rows = new RolloutRows(database);
        this.instance = rows.instance;
        this.engine = DockerEngine.connect(address, instance, System.getenv());
        this.docker = engine.client();
        this.deployer =
                new DockerDeployer(
                        engine,
                        instance,
                        new LocalImages(docker),
                        reachable && engine.reachesContainers(),
                        subnets);
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

    private static Path home() {
        return Path.of(System.getProperty("user.home"));
    }

    static String subnet() {
        return "10.203." + SUBNETS.getAndIncrement() % 250 + ".0/24";
    }

    private AppValues.Values values(AppSpec app) {
        Map<String, String> env = new LinkedHashMap<>(app.env());
        env.putAll(values);
        List<String> missing =
                app.secrets().keySet().stream().filter(s -> !values.containsKey(s)).toList();
        return new AppValues.Values(env, missing, values.size());
    }

    /// An app that runs a script with busybox's shell.
    static AppSpec app(String name, @Nullable Integer port, String script) {
        return RolloutRows.app(name, port, List.of("sh", "-c", script));
    }

    static String page(String text) {
        return "mkdir -p /www && echo "
                + text
                + " > /www/index.html && exec httpd -f -p $PORT -h /www";
    }

    /// Rolls the app out, as a run of its own.
    Verdict rollOut(AppSpec app) throws InterruptedException {
        return rollOut(new RolloutSpec(app, "production", null, null));
    }

    Verdict rollOut(RolloutSpec spec) throws InterruptedException {
        return rows.perform(parts, rows.claim(spec));
    }

    /// Waits until only so many containers are there.
    void settle(int containers) {
        Awaitility.await("what was replaced is gone")
                .atMost(Duration.ofSeconds(60))
                .until(() -> deployer.present().size() == containers);
    }

    @Override
    public void close() throws Exception {
        supervisor.close();
        deployer.present().forEach(deployer::remove);
        deployer.hooks().forEach(deployer::removeHook);
        var label = List.of("slipway.instance=" + instance);
        for (var network : docker.listNetworksCmd().withFilter("label", label).exec()) {
            docker.removeNetworkCmd(network.getId()).exec();
        }
        var volumes = docker.listVolumesCmd().withFilter("label", label).exec().getVolumes();
        for (var volume :
                volumes == null
                        ? List.<com.github.dockerjava.api.command.InspectVolumeResponse>of()
                        : volumes) {
            docker.removeVolumeCmd(volume.getName()).exec();
        }
        engine.close();
    }

    /// Takes images that the engine has.
    private record LocalImages(DockerClient docker) implements AppImages {
        @Override
        public ReadyImage pull(String reference, Progress progress) {
            var found = docker.inspectImageCmd(reference).exec();
            return new ReadyImage(reference, String.valueOf(found.getId()), List.of());
        }

        @Override
        public String ensure(BuiltImage image) {
            return image.engineId();
        }
    }
}
