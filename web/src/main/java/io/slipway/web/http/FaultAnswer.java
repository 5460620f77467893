package io.slipway.web.http;

import io.slipway.engine.account.TooManyTries;
import io.slipway.fault.Fault;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/// Turns a fault into an answer, in the form that the door's clients understand.
@FunctionalInterface
public interface FaultAnswer {
    /// Answers, unless the answer has begun already: then it ends the connection, so that nobody
    /// takes half of it for the whole.
    void answer(RoutingContext context, Fault fault);

    /// Answers that somebody tried too often, and when it may be tried again.
    default void tooMany(RoutingContext context, TooManyTries tries) {
        context.put(STATUS, 429);
        if (!context.response().headWritten()) {
            context.response().putHeader("Retry-After", Long.toString(tries.seconds()));
        }
        answer(context, tries.fault());
    }

    /// Under this key a request has the status of a fault that its kind does not say.
    String STATUS = FaultAnswer.class.getName() + " status";

    /// Plain text: message, line break, remedy.
    FaultAnswer TEXT =
            (context, fault) -> {
                HttpServerResponse response = context.response();
                if (response.headWritten() || response.ended()) {
                    response.reset();
                    return;
                }
                String remedy = fault.remedy().isEmpty() ? "" : fault.remedy() + "\n";
                response.setStatusCode(status(context, fault))
                        .putHeader("Content-Type", "text/plain; charset=utf-8")
                        .end(fault.message() + "\n" + remedy);
                Handover.drain(context);
            };

    /// The status of a fault that a request ended with.
    static int status(RoutingContext context, Fault fault) {
        Integer said = context.get(STATUS);
        return said == null ? status(fault) : said;
    }

    /// The status that fits the fault's kind.
    static int status(Fault fault) {
        return switch (fault.kind()) {
            case CONFIGURATION -> 400;
            case PERMISSION -> 403;
            case NOT_FOUND -> 404;
            case CONFLICT -> 409;
            case UNAVAILABLE -> 503;
            case INTERNAL -> 500;
        };
    }
}
