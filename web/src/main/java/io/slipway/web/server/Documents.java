package io.slipway.web.server;

import io.slipway.engine.definition.Definition;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/// What machines read of Slipway itself: the API's contract and the pipeline file's schema.
final class Documents {
    private static final String CONTRACT = "/openapi.yaml";

    private Documents() {}

    static void mount(Router router) {
        Buffer contract = resource();
        Buffer schema = Buffer.buffer(Definition.schema());
        router.get("/api/v1/openapi.yaml")
                .handler(
                        context ->
                                context.response()
                                        .putHeader("Content-Type", "application/yaml")
                                        .end(contract));
        router.get("/slipway.schema.json")
                .handler(
                        context ->
                                context.response()
                                        .putHeader("Content-Type", "application/schema+json")
                                        .end(schema));
    }

    private static Buffer resource() {
        try (InputStream in = Documents.class.getResourceAsStream(CONTRACT)) {
            return Buffer.buffer(Objects.requireNonNull(in, CONTRACT).readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
