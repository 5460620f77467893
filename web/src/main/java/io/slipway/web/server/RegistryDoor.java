package io.slipway.web.server;

import io.slipway.db.Database;
import io.slipway.engine.access.Subject;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.access.Tokens;
import io.slipway.engine.account.TokenDoor;
import io.slipway.engine.image.Registry;
import io.slipway.engine.run.Claim;
import io.slipway.engine.secret.SealingKey;
import io.slipway.engine.step.RegistryAccess;
import io.slipway.fault.Fault;
import io.slipway.web.http.Handover;
import io.slipway.web.registry.RegistryHandler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// The registry as jobs reach it: a listener at an address of its own that takes credentials of
/// attempts and no others. There is one where the engine's networks are this machine's.
final class RegistryDoor implements RegistryAccess {
    private static final Logger log = LoggerFactory.getLogger(RegistryDoor.class);

    /// Tried first, so that jobs which outlive their server find the next one.
    private static final int USUAL = 5000;

    private final Database database;
    private final Registry registry;
    private final @Nullable DockerParts docker;
    private final SealingKey key;
    private final CompletableFuture<Optional<String>> address = new CompletableFuture<>();

    /// @param docker null when there is no engine, and so no network of its own
    RegistryDoor(
            Database database, Registry registry, @Nullable DockerParts docker, SealingKey key) {
        this.database = database;
        this.registry = registry;
        this.docker = docker;
        this.key = key;
    }

    /// Opens it soon. Returns at once.
    void open(Vertx vertx, Handover handover) {
        Thread.ofVirtual()
                .name("registry-door")
                .start(() -> address.complete(opened(vertx, handover)));
    }

    private Optional<String> opened(Vertx vertx, Handover handover) {
        if (docker == null || !docker.engine().sharesNetwork()) {
            log.warn("jobs do not reach the registry: the engine's networks are elsewhere");
            return Optional.empty();
        }
        try {
            String gateway = docker.registryNetwork().gateway();
            HttpServer server = listen(vertx, handover, gateway);
            docker.networks().allow(gateway, server.actualPort());
            return Optional.of(gateway + ":" + server.actualPort());
        } catch (Fault e) {
            log.warn("jobs do not reach the registry: {}", e.message());
        } catch (RuntimeException e) {
            log.warn("jobs do not reach the registry: {}", e.toString());
        }
        return Optional.empty();
    }

    private HttpServer listen(Vertx vertx, Handover handover, String gateway) {
        Router router = Router.router(vertx);
        new RegistryHandler(TokenDoor.ofJobs(database), registry, handover, true).mount(router);
        try {
            return listen(vertx, router, gateway, USUAL);
        } catch (CompletionException e) {
            log.debug("port {} of {} is taken: {}", USUAL, gateway, e.getMessage());
            return listen(vertx, router, gateway, 0);
        }
    }

    private static HttpServer listen(Vertx vertx, Router router, String address, int port) {
        HttpServerOptions options =
                new HttpServerOptions().setMaxHeaderSize(16 << 10).setIdleTimeout(300);
        return vertx.createHttpServer(options)
                .requestHandler(router)
                .listen(port, address)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    /// The password comes from the key, so that a server which takes the attempt over knows what it
    /// has to mask.
    @Override
    public Optional<Login> of(Claim claim) {
        Claim.Job job = claim.job();
        return address.join()
                .map(
                        at -> {
                            String word = key.word("registry " + claim.nonce());
                            TokenText token = TokenText.of("slw_" + word);
                            var repositories =
                                    new Subject.Repository(job.projectId(), job.project() + "/*");
                            database.change(
                                    tx ->
                                            Tokens.keepForAttempt(
                                                    tx, job.attemptId(), repositories, token));
                            return new Login(at, "slipway", token.reveal());
                        });
    }
}
