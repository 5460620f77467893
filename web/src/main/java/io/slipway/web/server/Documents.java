package io.slipway.web.server;

import io.slipway.engine.definition.Definition;
import io.slipway.web.contract.Contract;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;

import java.nio.charset.StandardCharsets;

/// What machines read of Slipway itself: the API's contract and the pipeline file's schema.
final class Documents {
    private Documents() {}

    static void mount(Router router, Contract contract) {
        send(router, "/api/v1/openapi.yaml", "application/yaml", contract.yaml());
        send(router, "/api/v1/openapi.json", "application/json", contract.jsonText());
        byte[] schema = Definition.schema().getBytes(StandardCharsets.UTF_8);
        send(router, "/slipway.schema.json", "application/schema+json", schema);
    }

    private static void send(Router router, String path, String type, byte[] bytes) {
        Buffer body = Buffer.buffer(bytes);
        router.get(path)
                .handler(context -> context.response().putHeader("Content-Type", type).end(body));
    }
}
