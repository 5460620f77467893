package io.slipway.web.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.access.Right;
import io.slipway.engine.route.ServerLink;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;

/// Rows of docs/security.md: A-RATE-1.
@Tag("attack")
@ExtendWith(DatabaseExtension.class)
final class GuessedTokensTest {
    private final Database database;

    @TempDir Path folder;

    GuessedTokensTest(Database database) {
        this.database = database;
    }

    private static HttpResponse<String> ask(TestRegistry registry, String token, String from)
            throws Exception {
        return registry.as(
                token,
                "GET",
                "/v2/",
                BodyPublishers.noBody(),
                ServerLink.CLIENT,
                from,
                ServerLink.SCHEME,
                "https");
    }

    @Test
    void whoGuessesWaitsAndWhoPulledBeforePullsOn() throws Exception {
        try (TestRegistry registry = new TestRegistry(database, folder, false)) {
            String good = registry.token(null, Right.READ).reveal();
            assertThat(ask(registry, good, "192.0.2.7").statusCode()).isEqualTo(200);
            for (int i = 0; i < 60; i++) {
                HttpResponse<String> unknown = ask(registry, "slw_guess" + i, "192.0.2.7");
                assertThat(unknown.statusCode()).isEqualTo(401);
            }
            HttpResponse<String> shut = ask(registry, "slw_another", "192.0.2.7");
            assertThat(shut.statusCode()).isEqualTo(429);
            assertThat(shut.headers().firstValue("Retry-After")).isPresent();
            assertThat(shut.body()).contains("TOOMANYREQUESTS").contains("too many tries");
            assertThat(ask(registry, good, "192.0.2.7").statusCode()).isEqualTo(200);
            assertThat(ask(registry, "slw_another", "192.0.2.8").statusCode()).isEqualTo(401);
        }
    }

    /// An address goes from one job to the next: who guesses there must not shut the next one out.
    @Test
    void atTheDoorOfJobsNobodyWaitsForWhatAnotherDid() throws Exception {
        try (TestRegistry registry = new TestRegistry(database, folder, true)) {
            long project = registry.project("shop");
            String credential =
                    registry.credential(project, registry.attempt(project), "shop/app").reveal();
            for (int i = 0; i < 70; i++) {
                HttpResponse<String> unknown = ask(registry, "slw_guess" + i, "192.0.2.7");
                assertThat(unknown.statusCode()).isEqualTo(401);
            }
            assertThat(ask(registry, credential, "192.0.2.7").statusCode()).isEqualTo(200);
        }
    }
}
