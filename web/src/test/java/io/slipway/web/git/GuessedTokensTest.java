package io.slipway.web.git;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.route.ServerLink;

import org.junit.jupiter.api.Tag;
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

/// Rows of docs/security.md: A-RATE-1.
@Tag("attack")
@ExtendWith(DatabaseExtension.class)
final class GuessedTokensTest {
    private final Database database;
    private final Notifications notifications;

    @TempDir Path folder;

    GuessedTokensTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
    }

    private static HttpResponse<String> ask(
            HttpClient client, TestHost host, String token, String from) throws Exception {
        byte[] pair = ("anna:" + token).getBytes(StandardCharsets.UTF_8);
        String path = "/shop.git/info/refs?service=git-receive-pack";
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + host.port + path))
                        .header(ServerLink.CLIENT, from)
                        .header(ServerLink.SCHEME, "https")
                        .header(
                                "Authorization",
                                "Basic " + Base64.getEncoder().encodeToString(pair))
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void whoGuessesWaitsAndWhoPushedBeforePushesOn() throws Exception {
        try (TestHost host = new TestHost(database, notifications, folder, GitLimits.DEFAULT);
                HttpClient client = HttpClient.newHttpClient()) {
            String from = "192.0.2.7";
            assertThat(ask(client, host, host.token(), from).statusCode()).isEqualTo(200);
            for (int i = 0; i < 60; i++) {
                assertThat(ask(client, host, "slw_guess" + i, from).statusCode()).isEqualTo(401);
            }
            HttpResponse<String> shut = ask(client, host, "slw_another", from);
            assertThat(shut.statusCode()).isEqualTo(429);
            assertThat(shut.headers().firstValue("Retry-After")).isPresent();
            assertThat(shut.body())
                    .matches(
                            "cannot sign in: there were too many tries\n"
                                    + "wait 1[0-5] min, then try again\n");
            assertThat(ask(client, host, host.token(), from).statusCode()).isEqualTo(200);
            assertThat(ask(client, host, "slw_another", "192.0.2.8").statusCode()).isEqualTo(401);
        }
    }
}
