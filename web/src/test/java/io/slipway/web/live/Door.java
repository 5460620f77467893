package io.slipway.web.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.Notifications;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Principals;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.access.Tokens;
import io.slipway.engine.access.Tokens.Grant;
import io.slipway.engine.log.LogReader;
import io.slipway.engine.log.LogScan;
import io.slipway.engine.route.AppAddresses;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.Runs;
import io.slipway.engine.source.Repositories;
import io.slipway.web.api.Api;
import io.slipway.web.api.ContractCheck;
import io.slipway.web.api.LogApi;
import io.slipway.web.api.ProjectApi;
import io.slipway.web.api.RunApi;
import io.slipway.web.failure.FailuresApi;
import io.slipway.web.http.DashboardFiles;
import io.slipway.web.http.Handover;
import io.slipway.web.overview.BadgeApi;
import io.slipway.web.overview.CompareApi;
import io.slipway.web.overview.FleetApi;
import io.slipway.web.overview.LogSearchApi;
import io.slipway.web.overview.MetricsApi;
import io.slipway.web.overview.QueueApi;
import io.slipway.web.overview.RolloutsApi;
import io.slipway.web.overview.RunsApi;
import io.slipway.web.overview.TextPages;
import io.slipway.web.overview.TokenApi;
import io.slipway.web.overview.TraceApi;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Flow;
import java.util.stream.Stream;

/// The API's logs and events, and the dashboard's files, on a port of their own.
final class Door implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final Handover handover = new Handover();
    private final HttpClient client = HttpClient.newHttpClient();
    private final URLClassLoader dashboard =
            new URLClassLoader(new URL[] {Door.class.getResource("/dashboard/")}, null);
    private final Database database;
    private final Path folder = Files.createTempDirectory("slipway-door");
    private final Repositories repositories;
    private final int port;

    Door(Database database, Notifications notifications) throws Exception {
        this.database = database;
        Router router = Router.router(vertx);
        Api api = new Api(router, database, handover, "http://localhost", text -> text);
        RunHistory history = new RunHistory(database);
        LogReader logs = new LogReader(database, notifications);
        new LogApi(api, database, history, logs);
        new LogSearchApi(api, database, new LogScan(database));
        new LiveApi(api, database, notifications, history, logs);
        new TokenApi(api, database);
        repositories = new Repositories(folder);
        AppAddresses addresses = new AppAddresses(URI.create("http://localhost"), true);
        new FleetApi(api, database, addresses, history, repositories);
        new BadgeApi(api, database, history, addresses);
        new ProjectApi(api, database, history, addresses);
        new RunApi(api, database, history, new Runs());
        new RunsApi(api, database);
        new TraceApi(api, database, history);
        new FailuresApi(api, database, history);
        new RolloutsApi(api, database);
        new QueueApi(api, database);
        new MetricsApi(api, database);
        new CompareApi(api, database, repositories);
        TextPages.mount(router);
        new DashboardFiles(dashboard).mount(router, handover);
        this.port =
                vertx.createHttpServer()
                        .requestHandler(router)
                        .listen(0, "127.0.0.1")
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get()
                        .actualPort();
    }

    /// A token that reads one project, or all.
    TokenText token(@Nullable Long project) {
        return database.transaction(
                tx ->
                        Tokens.issue(
                                tx,
                                Principals.ensure(tx, "reader", Principal.Kind.OPERATOR),
                                new Grant("test", Set.of(Right.READ), project, null)));
    }

    /// Where git objects are.
    Repositories repositories() {
        return repositories;
    }

    HttpRequest.Builder request(String path, @Nullable TokenText token) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        return token == null
                ? request
                : request.header("Authorization", "Bearer " + token.reveal());
    }

    HttpResponse<String> get(String path, @Nullable TokenText token)
            throws IOException, InterruptedException {
        return send(request(path, token));
    }

    /// What is answered to what is meant to be no request of the contract's.
    HttpResponse<String> raw(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /// What is answered; both are held to the contract.
    HttpResponse<String> send(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        HttpRequest built = request.build();
        HttpResponse<String> answer = client.send(built, HttpResponse.BodyHandlers.ofString());
        String query = built.uri().getRawQuery();
        String path = built.uri().getRawPath() + (query == null ? "" : "?" + query);
        if (path.startsWith(Api.PREFIX + "/")) {
            assertThat(
                            ContractCheck.exchange(
                                    built.method(),
                                    path.substring(Api.PREFIX.length()),
                                    body(built),
                                    answer.statusCode(),
                                    answer.headers().firstValue("Content-Type").orElse(""),
                                    answer.body()))
                    .as(path + " is asked and answered as the contract says")
                    .isEmpty();
        }
        return answer;
    }

    /// What a request has sent.
    private static String body(HttpRequest request) {
        BodySubscriber<String> text = BodySubscribers.ofString(StandardCharsets.UTF_8);
        if (request.bodyPublisher().isEmpty()) {
            return "";
        }
        request.bodyPublisher()
                .get()
                .subscribe(
                        new Flow.Subscriber<>() {
                            @Override
                            public void onSubscribe(Flow.Subscription subscription) {
                                text.onSubscribe(subscription);
                            }

                            @Override
                            public void onNext(ByteBuffer bytes) {
                                text.onNext(List.of(bytes));
                            }

                            @Override
                            public void onError(Throwable cause) {
                                text.onError(cause);
                            }

                            @Override
                            public void onComplete() {
                                text.onComplete();
                            }
                        });
        return text.getBody().toCompletableFuture().join();
    }

    Events events(String topics, TokenText token, @Nullable String last) throws Exception {
        HttpRequest.Builder request = request("/api/v1/stream?topics=" + topics, token);
        if (last != null) {
            request.header("Last-Event-ID", last);
        }
        return new Events(client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()));
    }

    @Override
    public void close() throws Exception {
        handover.close();
        client.close();
        dashboard.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
        try (Stream<Path> left = Files.walk(folder)) {
            for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
