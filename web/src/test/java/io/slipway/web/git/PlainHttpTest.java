package io.slipway.web.git;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.route.ServerLink;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;

/// Git asks for a token only on ways on which nobody else reads it.
@ExtendWith(DatabaseExtension.class)
final class PlainHttpTest {
    private final Database database;
    private final Notifications notifications;

    @TempDir Path folder;

    PlainHttpTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
    }

    private static HttpResponse<String> ask(
            TestHost host, String path, String token, String from, String scheme) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + host.port + path))
                        .header(ServerLink.CLIENT, from)
                        .header(ServerLink.SCHEME, scheme);
        if (!token.isEmpty()) {
            byte[] pair = ("any:" + token).getBytes(StandardCharsets.UTF_8);
            request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair));
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }

    @Test
    void tokensAreNeitherTakenNorAskedForOverPlainHttpFromElsewhere() throws Exception {
        try (TestHost host = new TestHost(database, notifications, folder, GitLimits.DEFAULT)) {
            host.source("shop", "jobs: {}\napps: {}\n")
                    .must("push", "slipway", "HEAD:refs/heads/x");
            for (String service : List.of("git-upload-pack", "git-receive-pack")) {
                String refs = "/shop.git/info/refs?service=" + service;
                for (String token : List.of("", "slw_wrong", host.token())) {
                    HttpResponse<String> plain = ask(host, refs, token, "192.0.2.7", "http");
                    assertThat(plain.statusCode()).as(service + ": " + plain.body()).isEqualTo(403);
                    assertThat(plain.headers().firstValue("WWW-Authenticate"))
                            .as("git would send its token when it is asked to")
                            .isEmpty();
                    assertThat(plain.body())
                            .contains("192.0.2.7")
                            .contains("over plain HTTP")
                            .contains("SLIPWAY_TLS_CERT and SLIPWAY_TLS_KEY")
                            .contains("SLIPWAY_TRUSTED_PROXIES");
                }
                assertThat(ask(host, refs, host.token(), "192.0.2.7", "https").statusCode())
                        .isEqualTo(200);
                assertThat(ask(host, refs, host.token(), "127.0.0.1", "http").statusCode())
                        .isEqualTo(200);
                assertThat(ask(host, refs, "", "192.0.2.7", "https").statusCode()).isEqualTo(401);
            }
        }
    }
}
