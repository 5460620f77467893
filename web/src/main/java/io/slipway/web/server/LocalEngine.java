package io.slipway.web.server;

import io.slipway.db.Database;
import io.slipway.engine.asking.ForeignLimits;
import io.slipway.engine.blob.FolderBlobStore;
import io.slipway.engine.image.ImageWork;
import io.slipway.engine.image.Registry;
import io.slipway.engine.log.LogReader;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.NewRun;
import io.slipway.engine.run.RunChanges;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.Runs;
import io.slipway.engine.source.Repositories;
import io.slipway.engine.step.JobSecrets;
import io.slipway.engine.step.RegistryAccess;
import io.slipway.runners.docker.DockerAddress;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.app.InstanceRemains;
import io.slipway.runners.docker.image.DockerImageBuilder;
import io.slipway.runners.docker.image.EngineImages;
import io.slipway.runners.docker.image.PassingImages;
import io.slipway.runners.docker.job.DockerRunner;
import io.slipway.runners.docker.network.JobNetworks;
import io.slipway.runners.docker.network.Subnets;
import io.slipway.web.settings.DataPaths;
import io.slipway.web.settings.Settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The engine of a server without any of its sockets, for one run at a time: checks and images are
/// done as a server does them, nothing is rolled out, no image is kept. Everything that it makes on
/// the Docker engine is gone when it is closed; what a killed process left goes at the next start.
public final class LocalEngine implements AutoCloseable {
    private static final int SPARE_NETWORKS = 2;

    private static final Duration REMOVAL = Duration.ofSeconds(30);

    /// What no image of an app is called: there is no registry here.
    private static final String NO_REGISTRY = "no-registry.invalid";

    private final Closing closing = new Closing();
    private final Foundation base;
    private final DockerEngine engine;
    private final Subnets subnets;
    private final Repositories repositories;
    private final Runs runs = new Runs();
    private final RunHistory history;
    private final RunChanges changes;

    /// Starts it; the first time that takes some seconds, since a database is made.
    ///
    /// @param settings only those about the Docker engine count
    /// @param cache the folder for all that it keeps, made when missing
    /// @param secrets those of jobs
    public LocalEngine(Settings settings, Path cache, JobSecrets secrets) {
        try {
            LocalFolders folders = new LocalFolders(cache);
            LocalFolders.Taken taken = folders.take(settings);
            this.base = closing.add(taken.base());
            Database database = base.database();
            DataPaths paths = base.folder().paths();
            this.engine = closing.add(connect(settings));
            this.subnets = Subnets.of(engine.client(), settings.engine().subnets());
            if (taken.left() != null) {
                removeRemains(taken.left());
            }
            removeRemains(base.instance()); // what was on its way when an earlier run ended
            folders.sweep(paths.root(), this::removeRemains);
            LocalFolders.use(paths.root());
            closing.add(this::leave);
            this.repositories = new Repositories(paths.repositories());
            forget(database);
            this.history = new RunHistory(database);
            this.changes = closing.add(new RunChanges(base.notifications()));
            work(database, paths, secrets);
        } catch (Throwable e) {
            closing.close();
            throw e;
        }
    }

    private DockerEngine connect(Settings settings) {
        Map<String, String> env = DockerParts.environment(settings.engine());
        DockerAddress address = DockerAddress.find(env, Path.of(System.getProperty("user.home")));
        return DockerEngine.connect(address, base.instance(), env);
    }

    /// Earlier runs: their rows, and the objects of their sources.
    private void forget(Database database) {
        database.read(tx -> Projects.all(tx)).forEach(project -> repositories.delete(project.id()));
        database.change(tx -> tx.update("truncate projects cascade"));
    }

    private void work(Database database, DataPaths paths, JobSecrets secrets) {
        String instance = base.instance();
        JobNetworks networks = new JobNetworks(engine, instance, subnets, SPARE_NETWORKS);
        DockerRunner runner = closing.add(new DockerRunner(engine, instance, networks));
        Registry registry =
                new Registry(
                        database,
                        new FolderBlobStore(paths.blobs()),
                        new Registry.Limits(Long.MAX_VALUE, () -> false));
        PassingImages images =
                new PassingImages(
                        new DockerImageBuilder(
                                engine, new EngineImages(engine, registry, NO_REGISTRY)),
                        engine,
                        instance);
        database.change(QueueParts::runner);
        closing.add(
                new QueueParts(
                        base,
                        List.of(QueueParts.leftovers(runner)),
                        Map.of(
                                JobKind.CHECK,
                                QueueParts.checks(
                                        runner,
                                        repositories,
                                        "",
                                        secrets,
                                        RegistryAccess.NONE,
                                        ForeignLimits.STANDARD),
                                JobKind.IMAGE,
                                new ImageWork(
                                        database,
                                        repositories,
                                        images,
                                        (repository, tag, engineId) -> true)),
                        run -> {}));
        networks.makeReady();
    }

    private void leave() {
        removeRemains(base.instance());
        LocalFolders.clean(base.folder().paths().root());
    }

    private void removeRemains(String instance) {
        new InstanceRemains(engine, instance, NO_REGISTRY).remove();
        PassingImages.sweep(engine, instance);
        new JobNetworks(engine, instance, subnets, 0).close();
    }

    /// Makes a project with an empty repository.
    ///
    /// @return its id
    public long project(ProjectName name) {
        long id = base.database().transaction(tx -> Projects.create(tx, name, null).project().id());
        repositories.create(id);
        return id;
    }

    /// Where the sources are.
    public Repositories repositories() {
        return repositories;
    }

    /// Starts a run whose commit is in its project's repository.
    public Runs.Created start(NewRun run) {
        return base.database()
                .transaction(
                        tx -> {
                            Runs.Created created = runs.create(tx, run);
                            repositories.keepRun(
                                    run.projectId(), created.number(), run.source().commit());
                            return created;
                        });
    }

    /// Asks for the run's end; harmless when it has ended.
    ///
    /// @param reason for people
    public void cancel(long run, String reason) {
        base.database().transaction(tx -> runs.cancel(tx, run, reason));
    }

    /// Waits until what the attempts of a run that has ended made is gone, 30 s at most.
    public void awaitRemoved(long run) throws InterruptedException {
        long deadline = System.nanoTime() + REMOVAL.toNanos();
        while (left(run) > 0 && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
    }

    private long left(long run) {
        return base.database()
                .read(
                        tx ->
                                tx.one(
                                        """
                                        select count(*) as left_over
                                        from attempts a
                                        join jobs j on j.id = a.job_id
                                        where j.run_id = ? and a.removed_at is null
                                        """,
                                        row -> row.number("left_over"),
                                        run));
    }

    /// Reads the run.
    public RunHistory history() {
        return history;
    }

    /// Tells when it changes.
    public RunChanges changes() {
        return changes;
    }

    /// Reads what its attempts print.
    public LogReader logs() {
        return new LogReader(base.database(), base.notifications());
    }

    /// Removes what is left of the run and stops the database.
    @Override
    public void close() {
        closing.close();
    }
}
