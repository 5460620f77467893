package io.slipway.web.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;

import org.junit.jupiter.api.Test;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

final class HandoverTest {
    @Test
    void whatComesWhileTheServerEndsIsToldToComeAgain() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (HttpClient client = HttpClient.newHttpClient()) {
            Handover handover = new Handover();
            Router router = Router.router(vertx);
            router.route()
                    .handler(
                            handover.to(
                                    context -> context.response().end("here"), FaultAnswer.TEXT));
            HttpServer server =
                    vertx.createHttpServer()
                            .requestHandler(router)
                            .listen(0, "127.0.0.1")
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get();
            HttpRequest request =
                    HttpRequest.newBuilder(
                                    URI.create("http://127.0.0.1:" + server.actualPort() + "/"))
                            .build();
            HttpResponse.BodyHandler<String> text = HttpResponse.BodyHandlers.ofString();
            assertThat(client.send(request, text).body()).isEqualTo("here");
            handover.close();
            HttpResponse<String> late = client.send(request, text);
            assertThat(late.statusCode()).isEqualTo(503);
            assertThat(late.body()).contains("this server is ending", "try again");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }
}
