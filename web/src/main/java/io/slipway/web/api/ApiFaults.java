package io.slipway.web.api;

import io.slipway.fault.Fault;
import io.slipway.web.http.FaultAnswer;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

import tools.jackson.databind.json.JsonMapper;

/// Faults as JSON: message and remedy.
final class ApiFaults implements FaultAnswer {
    static final JsonMapper JSON = JsonMapper.builder().build();

    /// The body of every error.
    private record Error(String message, String remedy) {}

    @Override
    public void answer(RoutingContext context, Fault fault) {
        status(context, FaultAnswer.status(fault), fault);
    }

    /// Nobody is signed in: the one answer that is no fault's kind.
    void unauthorized(RoutingContext context) {
        Fault fault =
                new Fault(
                        Fault.Kind.PERMISSION,
                        "cannot answer: no valid token",
                        "sign in, or send Authorization: Bearer <token>");
        context.response().putHeader("WWW-Authenticate", "Bearer realm=\"slipway\"");
        status(context, 401, fault);
    }

    private static void status(RoutingContext context, int status, Fault fault) {
        HttpServerResponse response = context.response();
        if (response.headWritten() || response.ended()) {
            response.reset();
            return;
        }
        response.setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .end(
                        Buffer.buffer(
                                JSON.writeValueAsBytes(
                                        new Error(fault.message(), fault.remedy()))));
        context.request().resume();
    }
}
