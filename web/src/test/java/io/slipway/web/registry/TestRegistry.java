package io.slipway.web.registry;

import io.slipway.db.Database;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Principals;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Subject;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.access.Tokens;
import io.slipway.engine.account.TokenDoor;
import io.slipway.engine.blob.FolderBlobStore;
import io.slipway.engine.image.Registry;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.web.http.Handover;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// A registry on a free port of 127.0.0.1, on a real database, with a client.
final class TestRegistry implements AutoCloseable {
    private static final String JOB =
            """
            with run as (
                insert into runs (project_id, number, trigger, ref, commit)
                select ?, coalesce(max(number), 0) + 1, 'push', 'refs/heads/main', repeat('0', 40)
                from runs where project_id = ? returning id, project_id),
            runner as (
                insert into runners (name, kind, slots) values (gen_random_uuid()::text, 'docker', 1)
                returning id),
            job as (
                insert into jobs (run_id, project_id, position, name, kind, spec, state)
                select id, project_id, 0, 'image', 'image', '{}', 'running' from run
                returning id, project_id)
            insert into attempts (job_id, project_id, number, turn, state, runner_id)
            select job.id, job.project_id, 1, 0, 'running', runner.id from job, runner returning id
            """;

    /// What the largest blob of these tests has.
    static final long LARGEST_BLOB = 40_000_000;

    final Registry registry;
    final int port;
    volatile boolean full;
    private final Database database;
    private final Vertx vertx = Vertx.vertx();
    private final Handover handover = new Handover();
    private final HttpServer http;
    private final HttpClient client = HttpClient.newHttpClient();
    private final String operator;

    TestRegistry(Database database, Path folder, boolean jobsOnly) throws Exception {
        this.database = database;
        this.registry =
                new Registry(
                        database,
                        new FolderBlobStore(folder),
                        new Registry.Limits(LARGEST_BLOB, () -> full));
        Router router = Router.router(vertx);
        new RegistryHandler(
                        jobsOnly ? TokenDoor.ofJobs(database) : new TokenDoor(database),
                        registry,
                        handover,
                        jobsOnly)
                .mount(router);
        this.http =
                vertx.createHttpServer()
                        .requestHandler(router)
                        .listen(0, "127.0.0.1")
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS);
        this.port = http.actualPort();
        this.operator = token(null, Right.READ, Right.PUSH).reveal();
    }

    /// The project's id; made when it is not there.
    long project(String name) {
        return database.transaction(tx -> Projects.create(tx, ProjectName.parse(name), null))
                .project()
                .id();
    }

    TokenText token(@Nullable Long project, Right... rights) {
        return database.transaction(
                tx ->
                        Tokens.issue(
                                tx,
                                Principals.ensure(tx, "tester", Principal.Kind.OPERATOR),
                                new Tokens.Grant("test", Set.of(rights), project, null)));
    }

    /// The attempt's id.
    long attempt(long project) {
        return database.transaction(tx -> tx.one(JOB, row -> row.number("id"), project, project));
    }

    void end(long attempt) {
        database.change(
                tx ->
                        tx.update(
                                "update attempts set state = 'ended', outcome = 'succeeded'"
                                        + " where id = ?",
                                attempt));
    }

    TokenText credential(long project, long attempt, String repository) {
        return database.transaction(
                tx ->
                        Tokens.forAttempt(
                                tx,
                                attempt,
                                Set.of(Right.READ, Right.PUSH),
                                new Subject.Repository(project, repository),
                                Duration.ofMinutes(5)));
    }

    HttpResponse<String> ask(String method, String path, String... headers) throws Exception {
        return ask(method, path, BodyPublishers.noBody(), headers);
    }

    HttpResponse<String> ask(String method, String path, BodyPublisher body, String... headers)
            throws Exception {
        return as(operator, method, path, body, headers);
    }

    HttpResponse<String> as(
            String token, String method, String path, BodyPublisher body, String... headers)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port).resolve(path))
                        .timeout(Duration.ofSeconds(60))
                        .method(method, body);
        if (!token.isEmpty()) {
            String pair = "any:" + token;
            request.header(
                    "Authorization",
                    "Basic "
                            + Base64.getEncoder()
                                    .encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    static BodyPublisher text(String text) {
        return BodyPublishers.ofString(text);
    }

    @Override
    public void close() throws Exception {
        client.close();
        http.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        handover.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
