package io.slipway.web.git;

import io.slipway.db.Database;
import io.slipway.db.Notifications;
import io.slipway.engine.access.FirstToken;
import io.slipway.engine.account.TokenDoor;
import io.slipway.engine.definition.Inclusions;
import io.slipway.engine.gate.HostOwners;
import io.slipway.engine.log.LogReader;
import io.slipway.engine.plan.Planner;
import io.slipway.engine.queue.Dispatcher;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.RunChanges;
import io.slipway.engine.run.RunEnd;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.RunnerSlots;
import io.slipway.engine.run.Runs;
import io.slipway.engine.source.Git;
import io.slipway.engine.source.Repositories;
import io.slipway.engine.trigger.Deliveries;
import io.slipway.engine.trigger.Planning;
import io.slipway.engine.trigger.Pushes;
import io.slipway.engine.trigger.Settlement;
import io.slipway.web.http.Handover;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/// A git host on a free port, on a real database, whose jobs do what a test says.
final class TestHost implements AutoCloseable {
    final Database database;
    final Repositories repositories;
    final RunHistory history;
    final Pushes pushes;
    final ScriptedJobs jobs = new ScriptedJobs();
    final RunEnd settlement;
    final int port;
    private final String token;
    private final Path folder;
    private final Notifications notifications;
    private final RunChanges changes;
    private final UUID server = UUID.randomUUID();
    private final Vertx vertx = Vertx.vertx();
    private final Handover handover = new Handover();
    private final HttpServer http;
    private Dispatcher dispatcher;

    TestHost(Database database, Notifications notifications, Path folder, GitLimits limits)
            throws Exception {
        this(database, notifications, folder, limits, null);
    }

    /// @param everywhere the file that every project includes; null: none
    TestHost(
            Database database,
            Notifications notifications,
            Path folder,
            GitLimits limits,
            Inclusions.@Nullable Wanted everywhere)
            throws Exception {
        this.database = database;
        this.notifications = notifications;
        this.folder = folder;
        this.repositories = new Repositories(folder.resolve("repositories"));
        this.token = FirstToken.ensure(database, folder.resolve("token"), null).token().reveal();
        this.history = new RunHistory(database);
        this.changes = new RunChanges(notifications);
        this.settlement = new Settlement(database, repositories);
        this.pushes =
                new Pushes(
                        database,
                        repositories,
                        Planning.by(new Planner(HostOwners.NOBODY)),
                        new Runs(),
                        new Pushes.Here(UUID.randomUUID(), "localhost", everywhere));
        database.change(tx -> RunnerSlots.register(tx, "docker", "docker", 8));
        Router router = Router.router(vertx);
        GitHost.Watching watching =
                new GitHost.Watching(
                        history,
                        changes,
                        new LogReader(database, notifications),
                        new Deliveries(database),
                        URI.create("http://localhost:8080"));
        new GitHandler(
                        new GitHost(database, repositories, pushes, watching, limits),
                        handover,
                        new TokenDoor(database))
                .mount(router);
        this.http = await(vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"));
        this.port = http.actualPort();
        start();
    }

    /// Starts to take jobs.
    void start() {
        dispatcher =
                new Dispatcher(
                        database,
                        notifications,
                        server,
                        Map.of(JobKind.CHECK, jobs, JobKind.IMAGE, jobs, JobKind.ROLLOUT, jobs),
                        settlement);
    }

    /// Takes no more jobs and ends no more runs.
    void stop() {
        dispatcher.close();
    }

    String url(String project) {
        return url(project, token);
    }

    String url(String project, String password) {
        return "http://ada:" + password + "@127.0.0.1:" + port + "/" + project + ".git";
    }

    String token() {
        return token;
    }

    /// A new clone-to-be with one commit and the remote `slipway`.
    Git source(String project, String pipeline) throws IOException {
        Git git = Git.init(Files.createTempDirectory(folder, "source"));
        git.write(".slipway.yml", pipeline).write("a.txt", "one\n").commit("First");
        git.must("remote", "add", "slipway", url(project));
        return git;
    }

    Path folder() {
        return folder;
    }

    private static <T> T await(io.vertx.core.Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws Exception {
        dispatcher.close();
        await(http.close());
        await(vertx.close());
        handover.close();
        changes.close();
    }
}
