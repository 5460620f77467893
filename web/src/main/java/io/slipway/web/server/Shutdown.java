package io.slipway.web.server;

import io.slipway.db.EmbeddedDatabase;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.runners.docker.DockerAddress;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.app.InstanceRemains;
import io.slipway.runners.docker.app.RunningApps;
import io.slipway.runners.docker.image.RunningBuilders;
import io.slipway.web.settings.DataFolder;
import io.slipway.web.settings.DataPaths;
import io.slipway.web.settings.Settings;
import io.slipway.web.traffic.SwitchProcess;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// Stops everything that belongs to a data folder: server, switch, apps, database. Their data
/// stays, and the next start serves the apps again.
public final class Shutdown {
    private static final Duration SERVER = Duration.ofSeconds(30);

    private final Settings settings;
    private final DataPaths paths;
    private final Consumer<String> report;

    /// @param report takes one line for each thing that was stopped
    public Shutdown(Settings settings, Consumer<String> report) {
        this.settings = settings;
        this.paths = new DataPaths(settings.data());
        this.report = report;
    }

    /// Does it; what does not run is left out.
    public void run() throws InterruptedException {
        DataFolder.holder(settings.data()).ifPresent(this::stop);
        SwitchProcess traffic = new SwitchProcess(Server.switchSettings(settings));
        if (traffic.isRunning()) {
            traffic.stop();
            report.accept("switch stopped");
        }
        stopApps();
        if (settings.database() == null && EmbeddedDatabase.runsIn(paths.postgres())) {
            EmbeddedDatabase.start(paths.postgres(), EmbeddedDatabase.defaultCache()).stop();
            report.accept("database stopped");
        }
    }

    private void stop(ProcessHandle server) {
        server.destroy();
        try {
            server.onExit().get(SERVER.toSeconds(), TimeUnit.SECONDS);
            report.accept("server stopped");
        } catch (TimeoutException | ExecutionException e) {
            throw new Fault(
                    Kind.UNAVAILABLE,
                    "cannot stop the server: process " + server.pid() + " does not end",
                    "kill -9 " + server.pid() + ", then run ./slipway down again",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Stops everything and removes what the instance made on its engine. The data folder is left,
    /// and what `up` needs to serve the apps again.
    ///
    /// @param volumes whether the named volumes of apps go too, and with them their data
    public void remove(boolean volumes) throws InterruptedException {
        run();
        onEngine(
                (engine, instance) -> {
                    InstanceRemains remains =
                            new InstanceRemains(engine, instance, settings.engine().registry());
                    remains.remove();
                    new RunningBuilders(engine, instance).removeCaches();
                    report.accept("containers, networks and images removed");
                    List<String> kept = remains.volumes();
                    if (volumes) {
                        remains.removeVolumes();
                        kept.forEach(name -> report.accept("volume " + name + " removed"));
                    } else {
                        kept.forEach(name -> report.accept("volume " + name + " kept"));
                    }
                });
    }

    private void stopApps() {
        onEngine(
                (engine, instance) -> {
                    new RunningBuilders(engine, instance).remove();
                    int apps = new RunningApps(engine, instance).stop();
                    if (apps > 0) {
                        report.accept(apps == 1 ? "1 app stopped" : apps + " apps stopped");
                    }
                });
    }

    private void onEngine(BiConsumer<DockerEngine, String> work) {
        if (!settings.engine().hasEngine()) {
            return;
        }
        Path file = settings.data().resolve(Foundation.INSTANCE_FILE);
        if (!Files.exists(file)) {
            return;
        }
        try {
            String instance = Files.readString(file).strip();
            Map<String, String> env = DockerParts.environment(settings.engine());
            DockerAddress address =
                    DockerAddress.find(env, Path.of(System.getProperty("user.home")));
            try (DockerEngine engine = DockerEngine.connect(address, instance, env)) {
                work.accept(engine, instance);
            }
        } catch (IOException e) {
            throw new Fault(Kind.INTERNAL, "cannot read " + file + ": " + e.getMessage(), "", e);
        }
    }
}
