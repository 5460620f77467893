package io.slipway.web.registry;

import io.slipway.engine.image.RegistryRefusal;
import io.slipway.engine.image.RegistryRefusal.Code;
import io.slipway.fault.Fault;
import io.slipway.web.http.FaultAnswer;
import io.slipway.web.http.Handover;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

import tools.jackson.databind.json.JsonMapper;

import java.util.List;
import java.util.Map;

/// Refusals and faults in the form of the specification: `{"errors": [{"code", "message"}]}`.
final class RegistryAnswers {
    private RegistryAnswers() {}

    static void refuse(RoutingContext context, RegistryRefusal refusal) {
        error(context, status(refusal.code()), word(refusal.code()), refusal.message());
    }

    private static String word(Code code) {
        return code == Code.TOO_LARGE ? Code.SIZE_INVALID.name() : code.name();
    }

    /// What is no refusal of the registry's own.
    static void fault(RoutingContext context, Fault fault) {
        String code =
                switch (fault.kind()) {
                    case NOT_FOUND -> "NAME_UNKNOWN";
                    case PERMISSION -> "DENIED";
                    case CONFIGURATION, CONFLICT -> "UNSUPPORTED";
                    case UNAVAILABLE, INTERNAL -> "UNKNOWN";
                };
        String told = // clients print the message alone
                fault.remedy().isEmpty()
                        ? fault.message()
                        : fault.message() + "; " + fault.remedy();
        int status = FaultAnswer.status(context, fault);
        error(context, status, status == 429 ? "TOOMANYREQUESTS" : code, told);
    }

    static void error(RoutingContext context, int status, String code, String message) {
        HttpServerResponse response = context.response();
        if (response.headWritten() || response.ended()) {
            response.reset();
            return;
        }
        String body =
                JsonMapper.shared()
                        .writeValueAsString(
                                Map.of(
                                        "errors",
                                        List.of(Map.of("code", code, "message", message))));
        response.setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(context.request().method().name().equals("HEAD") ? "" : body);
        Handover.drain(context);
    }

    /// An answer without a body.
    static void empty(RoutingContext context, int status) {
        context.response().setStatusCode(status).putHeader("Content-Length", "0").end();
        Handover.drain(context);
    }

    static void unknownCaller(RoutingContext context) {
        context.response().putHeader("WWW-Authenticate", "Basic realm=\"Slipway\"");
        error(
                context,
                401,
                Code.UNAUTHORIZED.name(),
                "a token is needed: any user name, the token as password");
    }

    private static int status(Code code) {
        return switch (code) {
            case BLOB_UNKNOWN, BLOB_UPLOAD_UNKNOWN, MANIFEST_UNKNOWN, NAME_UNKNOWN -> 404;
            case BLOB_UPLOAD_INVALID,
                    DIGEST_INVALID,
                    MANIFEST_BLOB_UNKNOWN,
                    MANIFEST_INVALID,
                    NAME_INVALID,
                    SIZE_INVALID ->
                    400;
            case DENIED -> 403;
            case UNAUTHORIZED -> 401;
            case UNSUPPORTED -> 405;
            case TOO_LARGE -> 413;
        };
    }
}
