package io.slipway.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.web.contract.Contract;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.json.JsonMapper;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/// What machines read needs nobody to be signed in.
final class DocumentsTest {
    @Test
    void theContractIsGivenAsItIsWrittenAndAsJson() throws Exception {
        Contract contract = Contract.read();
        Vertx vertx = Vertx.vertx();
        try (HttpClient client = HttpClient.newHttpClient()) {
            Router router = Router.router(vertx);
            Documents.mount(router, contract);
            int port =
                    vertx.createHttpServer()
                            .requestHandler(router)
                            .listen(0, "127.0.0.1")
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get()
                            .actualPort();
            HttpResponse<String> json = get(client, port, "/api/v1/openapi.json");
            assertThat(json.headers().firstValue("Content-Type")).hasValue("application/json");
            assertThat(JsonMapper.shared().readTree(json.body())).isEqualTo(contract.json());
            HttpResponse<String> yaml = get(client, port, "/api/v1/openapi.yaml");
            assertThat(yaml.headers().firstValue("Content-Type")).hasValue("application/yaml");
            assertThat(yaml.body()).startsWith("openapi: 3.1.0\n");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }

    private static HttpResponse<String> get(HttpClient client, int port, String path)
            throws Exception {
        URI at = URI.create("http://127.0.0.1:" + port + path);
        return client.send(HttpRequest.newBuilder(at).build(), BodyHandlers.ofString());
    }
}
