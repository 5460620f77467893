package io.slipway.web.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Principals;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.access.Tokens;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.forge.Handling;
import io.slipway.engine.inbox.Hook;
import io.slipway.engine.inbox.Hooks;
import io.slipway.engine.inbox.Inbox;
import io.slipway.engine.inbox.InboxWorker;
import io.slipway.engine.secret.SealingKey;
import io.slipway.engine.secret.Secret;
import io.slipway.web.api.Api;
import io.slipway.web.api.ContractCheck;
import io.slipway.web.http.Handover;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The door with its inbox and worker on a port of its own. What is to be done with events is only
/// written down.
final class HookDoor implements AutoCloseable {
    static final String SECRET = "a secret of sixteen and more";

    /// Each one more is as much work as all before it.
    private static final int MOST_KEPT = 1000;

    final Database database;
    final Hooks hooks;
    final int port;
    final List<ForgeEvent> handled = new CopyOnWriteArrayList<>();
    final List<String> woken = new CopyOnWriteArrayList<>();
    final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final UUID server = UUID.randomUUID();
    private final AtomicInteger runs = new AtomicInteger();
    private final Vertx vertx = Vertx.vertx();
    private final Handover handover = new Handover();
    private final InboxWorker worker;

    HookDoor(Database database, Path folder, Duration bodyTime) throws Exception {
        this.database = database;
        this.hooks = new Hooks(SealingKey.at(folder.resolve("key")));
        database.change(
                tx -> tx.update("insert into servers (id, version) values (?, 'test')", server));
        this.worker =
                new InboxWorker(database, server, this::handle, (project, ref) -> woken.add(ref));
        Router router = Router.router(vertx);
        Inbox inbox = new Inbox(database, worker::wake);
        Api api = new Api(router, database, handover, "https://slipway.example.com", text -> text);
        new HookApi(api, database, hooks, "https://slipway.example.com");
        new WebhookApi(api, database, inbox);
        new WebhookHandler(
                        database,
                        hooks,
                        inbox,
                        handover,
                        new WebhookHandler.Limits(25L << 20, bodyTime))
                .mount(router);
        this.port =
                vertx.createHttpServer(new HttpServerOptions().setMaxHeaderSize(64 << 10))
                        .requestHandler(router)
                        .listen(0, "127.0.0.1")
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get()
                        .actualPort();
        worker.start();
    }

    private Handling.Outcome handle(
            long project, UUID delivery, ForgeEvent event, io.slipway.engine.forge.Sender sender) {
        if (handled.size() < MOST_KEPT) {
            handled.add(event);
        }
        return event instanceof ForgeEvent.BranchPushed
                ? Handling.Outcome.started(runs.incrementAndGet())
                : Handling.Outcome.nothing("not a branch");
    }

    /// How many runs were started.
    int runs() {
        return runs.get();
    }

    long project(String name) {
        return database.transaction(
                tx ->
                        tx.one(
                                "insert into projects (name) values (?) returning id",
                                row -> row.number("id"),
                                name));
    }

    Hook hook(ForgeKind forge, @Nullable Long project, String repository) {
        return database.transaction(
                tx ->
                        hooks.create(
                                tx,
                                new Hooks.Wanted(forge, project, repository, ""),
                                Secret.of(SECRET),
                                null));
    }

    static String signature(byte[] body) {
        return signature(SECRET, body);
    }

    static String signature(String secret, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// A token of somebody with these rights in one project, or in all.
    TokenText token(@Nullable Long project, Right... rights) {
        return database.transaction(
                tx ->
                        Tokens.issue(
                                tx,
                                Principals.ensure(tx, "ada", Principal.Kind.OPERATOR),
                                new Tokens.Grant("test", Set.of(rights), project, null)));
    }

    /// Asks the API.
    ///
    /// @param body JSON; empty: none
    HttpResponse<String> api(String method, String path, TokenText token, String body)
            throws IOException, InterruptedException {
        HttpResponse<String> answer =
                send(
                        HttpRequest.newBuilder(
                                        URI.create("http://127.0.0.1:" + port + "/api/v1" + path))
                                .header("Authorization", "Bearer " + token.reveal())
                                .header("Content-Type", "application/json")
                                .method(
                                        method,
                                        body.isEmpty()
                                                ? HttpRequest.BodyPublishers.noBody()
                                                : HttpRequest.BodyPublishers.ofString(body)));
        String type = answer.headers().firstValue("Content-Type").orElse("");
        assertThat(
                        ContractCheck.exchange(
                                method, path, body, answer.statusCode(), type, answer.body()))
                .as(method + " " + path + " is asked and answered as the contract says")
                .isEmpty();
        return answer;
    }

    URI url(Hook hook) {
        return URI.create("http://127.0.0.1:" + port + "/webhooks/" + hook.address());
    }

    /// As GitHub sends it.
    HttpRequest.Builder github(Hook hook, String event, byte[] body) {
        return HttpRequest.newBuilder(url(hook))
                .header("Content-Type", "application/json")
                .header("X-GitHub-Event", event)
                .header("X-GitHub-Delivery", UUID.randomUUID().toString())
                .header("X-Hub-Signature-256", signature(body))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    }

    HttpResponse<String> send(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    static byte[] push(String repository, String after) {
        return push(repository, "refs/heads/main", after);
    }

    static byte[] push(String repository, String ref, String after) {
        return """
        {"ref":"%s","before":"%s","after":"%s","repository":{"id":%s},
         "sender":{"id":7,"login":"ada"},"head_commit":{"id":"%s","message":"Change it"}}
        """
                .formatted(ref, "1".repeat(40), after, repository, after)
                .getBytes(StandardCharsets.UTF_8);
    }

    long deliveries() {
        return database.read(
                tx ->
                        tx.one(
                                "select count(*) as n from webhook_deliveries",
                                row -> row.number("n")));
    }

    long open() {
        return database.read(
                tx ->
                        tx.one(
                                "select count(*) as n from webhook_deliveries where state ="
                                        + " 'received'",
                                row -> row.number("n")));
    }

    @Override
    public void close() throws Exception {
        worker.close();
        handover.close();
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }
}
