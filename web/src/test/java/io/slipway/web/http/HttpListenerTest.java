package io.slipway.web.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.route.ServerLink;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

class HttpListenerTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";

    private static String ask(ServerLink link, String path, String secret)
            throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request =
                    HttpRequest.newBuilder(
                                    URI.create("http://" + link.host() + ":" + link.port() + path))
                            .header(ServerLink.LINK, secret)
                            .build();
            HttpResponse<String> answer =
                    client.send(request, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() + " " + answer.body().strip();
        }
    }

    @Test
    void itTellsHowFarTheServerIs() throws Exception {
        AtomicReference<Supplier<Readiness>> state = new AtomicReference<>();
        Vertx vertx = Vertx.vertx();
        try (HttpListener listener =
                new HttpListener(vertx, Router.router(vertx), SECRET, () -> state.get().get())) {
            ServerLink link = listener.link();
            state.set(() -> Readiness.STARTING);
            assertThat(ask(link, "/readyz", SECRET)).isEqualTo("503 starting");
            assertThat(ask(link, "/healthz", SECRET)).isEqualTo("200 ok");
            state.set(() -> Readiness.SERVING);
            assertThat(ask(link, "/readyz", SECRET)).isEqualTo("200 ready");
            state.set(
                    () -> {
                        throw new IllegalStateException("no connection");
                    });
            assertThat(ask(link, "/readyz", SECRET)).isEqualTo("503 the database does not answer");
            assertThat(ask(link, "/healthz", SECRET)).isEqualTo("200 ok");
            state.set(() -> Readiness.DRAINING);
            assertThat(ask(link, "/readyz", SECRET)).isEqualTo("503 draining");
            assertThat(ask(link, "/readyz", "guessed"))
                    .isEqualTo("403 this port is for the traffic switch");
        }
    }
}
