package io.slipway.web.http;

import io.slipway.engine.route.ServerLink;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// The server's socket, on a free port of 127.0.0.1: only the switch, which knows the link's
/// secret, is answered there.
public final class HttpListener implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 10;

    private final Vertx vertx;
    private final HttpServer server;
    private final ServerLink link;

    /// Listens at once; requests wait until the router has routes.
    ///
    /// @param secret of the link
    /// @param ready how far the server is now; may block
    public HttpListener(Vertx vertx, Router router, String secret, Supplier<Readiness> ready) {
        this.vertx = vertx;
        byte[] expected = secret.getBytes(StandardCharsets.US_ASCII);
        router.route().order(-3).handler(context -> guard(context, expected));
        router.get("/healthz").order(-2).handler(context -> say(context, 200, "ok\n"));
        router.get("/readyz")
                .order(-2)
                .handler(
                        context ->
                                context.vertx()
                                        .executeBlocking(ready::get, false)
                                        .onComplete(
                                                state -> say(context, state),
                                                e -> say(context, Readiness.WITHOUT_DATABASE)));
        HttpServerOptions options =
                new HttpServerOptions()
                        .setMaxHeaderSize(64 << 10)
                        .setMaxInitialLineLength(16 << 10)
                        .setIdleTimeout(300);
        this.server =
                await(
                        vertx.createHttpServer(options)
                                .requestHandler(router)
                                .listen(0, "127.0.0.1"));
        this.link = new ServerLink("127.0.0.1", server.actualPort(), secret);
    }

    private static void guard(RoutingContext context, byte[] expected) {
        String given = context.request().getHeader(ServerLink.LINK);
        byte[] bytes = given == null ? new byte[0] : given.getBytes(StandardCharsets.US_ASCII);
        if (MessageDigest.isEqual(bytes, expected)) {
            context.next();
        } else {
            say(context, 403, "this port is for the traffic switch\n");
        }
    }

    private static void say(RoutingContext context, Readiness state) {
        say(context, state == Readiness.SERVING ? 200 : 503, state.text() + "\n");
    }

    private static void say(RoutingContext context, int status, String text) {
        context.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "text/plain; charset=utf-8")
                .end(text);
    }

    /// Where it listens, and by what it knows the switch.
    public ServerLink link() {
        return link;
    }

    private static <T> T await(io.vertx.core.Future<T> future) {
        try {
            return future.toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new Fault(
                    Kind.UNAVAILABLE, "cannot listen on 127.0.0.1: " + e.getMessage(), "", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(Kind.UNAVAILABLE, "cannot listen on 127.0.0.1: interrupted", "", e);
        }
    }

    @Override
    public void close() {
        await(server.close());
        await(vertx.close());
    }
}
