package io.slipway.web.http;

import io.slipway.engine.account.TooManyTries;
import io.slipway.fault.Fault;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/// Hands each request to a virtual thread of its own, so that handlers may block. The request is
/// paused before; a handler that wants its body reads it through [BodyInput] or [Bodies].
public final class Handover implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Handover.class);

    private static final String CONTEXT = Handover.class.getName();

    /// What a client may go on sending after it was answered, bytes.
    private static final long MOST_DRAINED = 4L << 30;

    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("request-", 0).factory());

    /// What may block.
    @FunctionalInterface
    public interface Blocking {
        /// Answers the request, or throws.
        void handle(RoutingContext context) throws Exception;
    }

    /// A handler for a router. What the blocking part throws is answered by `faults`.
    public Handler<RoutingContext> to(Blocking blocking, FaultAnswer faults) {
        return context -> {
            context.request().pause();
            context.put(CONTEXT, Vertx.currentContext());
            try {
                threads.execute(() -> run(context, blocking, faults));
            } catch (RejectedExecutionException e) {
                faults.answer(
                        context,
                        new Fault(
                                Fault.Kind.UNAVAILABLE,
                                "cannot answer: this server is ending",
                                "try again in a few seconds",
                                e));
            }
        };
    }

    /// The Vert.x context that a handed-over request belongs to.
    public static Context contextOf(RoutingContext routing) {
        return routing.get(CONTEXT);
    }

    /// Lets what is left of a request's body pass unread, so that a client that sends on sees the
    /// answer and its connection can be used again. A client that does not come to an end is cut
    /// off. From any thread; to be called once the answer is given.
    public static void drain(RoutingContext routing) {
        contextOf(routing).runOnContext(ignored -> discard(routing.request()));
    }

    private static void discard(HttpServerRequest request) {
        if (request.isEnded()) {
            return;
        }
        AtomicLong left = new AtomicLong(MOST_DRAINED);
        request.handler(
                buffer -> {
                    if (left.addAndGet(-buffer.length()) < 0) {
                        request.connection().close();
                    }
                });
        request.resume();
    }

    private static void run(RoutingContext context, Blocking blocking, FaultAnswer faults) {
        try {
            blocking.handle(context);
        } catch (Fault e) {
            if (e.kind() == Fault.Kind.INTERNAL) {
                log.error("{} {}", context.request().method(), context.request().path(), e);
            }
            faults.answer(context, e);
        } catch (TooManyTries e) {
            faults.tooMany(context, e);
        } catch (ClientGone e) {
            log.debug("the client of {} hung up", context.request().path());
        } catch (Exception e) {
            log.error("{} {}", context.request().method(), context.request().path(), e);
            faults.answer(
                    context,
                    new Fault(
                            Fault.Kind.INTERNAL,
                            "cannot answer: a mistake of Slipway's own",
                            "report it with the request's id",
                            e));
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
