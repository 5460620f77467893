package io.slipway.web.api;

import io.slipway.fault.Fault;
import io.slipway.web.http.FaultAnswer;
import io.slipway.web.http.Handover;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

import java.util.Locale;

/// Faults as JSON: message and remedy.
final class ApiFaults implements FaultAnswer {
    static final JsonMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    /// The body of every error: RFC 9457, with the fault's kind and what to do.
    ///
    /// @param detail what could not be done, and why
    private record Problem(
            String type, String title, int status, String detail, String kind, String remedy) {}

    @Override
    public void answer(RoutingContext context, Fault fault) {
        status(context, FaultAnswer.status(context, fault), fault);
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

    /// A key that belongs to another request.
    void unprocessable(RoutingContext context, Fault fault) {
        status(context, 422, fault);
    }

    private static void status(RoutingContext context, int status, Fault fault) {
        HttpServerResponse response = context.response();
        if (response.headWritten() || response.ended()) {
            response.reset();
            return;
        }
        if (context.get(Api.AS_TEXT) != null) {
            String remedy = fault.remedy().isEmpty() ? "" : fault.remedy() + "\n";
            response.setStatusCode(status)
                    .putHeader("Content-Type", "text/plain; charset=utf-8")
                    .putHeader("Cache-Control", "no-store")
                    .end(fault.message() + "\n" + remedy);
            Handover.drain(context);
            return;
        }
        response.setStatusCode(status)
                .putHeader("Content-Type", "application/problem+json")
                .putHeader("Cache-Control", "no-store")
                .end(Buffer.buffer(JSON.writeValueAsBytes(problem(response, fault))));
        Handover.drain(context);
    }

    private static Problem problem(HttpServerResponse response, Fault fault) {
        return new Problem(
                "about:blank",
                response.getStatusMessage(),
                response.getStatusCode(),
                fault.message(),
                fault.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                fault.remedy());
    }
}
