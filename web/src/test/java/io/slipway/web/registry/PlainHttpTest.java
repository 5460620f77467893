package io.slipway.web.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.access.Right;
import io.slipway.engine.route.ServerLink;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;

/// People's tokens are for ways on which nobody else reads them; the credentials that engines get
/// for an attempt end with it and are for one repository.
@ExtendWith(DatabaseExtension.class)
final class PlainHttpTest {
    private final Database database;

    @TempDir Path folder;

    PlainHttpTest(Database database) {
        this.database = database;
    }

    private static HttpResponse<String> ask(
            TestRegistry registry, String token, String path, String from, String scheme)
            throws Exception {
        return registry.as(
                token,
                "GET",
                path,
                BodyPublishers.noBody(),
                ServerLink.CLIENT,
                from,
                ServerLink.SCHEME,
                scheme);
    }

    @Test
    void peoplesTokensAreRefusedOverPlainHttpFromElsewhere() throws Exception {
        try (TestRegistry registry = new TestRegistry(database, folder, false)) {
            long project = registry.project("shop");
            String token = registry.token(null, Right.READ, Right.PUSH).reveal();
            String engines =
                    registry.credential(project, registry.attempt(project), "shop/app").reveal();
            for (String path : List.of("/v2/", "/v2/shop/app/tags/list")) {
                HttpResponse<String> plain = ask(registry, token, path, "192.0.2.7", "http");
                assertThat(plain.statusCode()).as(plain.body()).isEqualTo(403);
                assertThat(plain.body())
                        .contains("over plain HTTP")
                        .contains("SLIPWAY_TLS_CERT and SLIPWAY_TLS_KEY")
                        .contains("SLIPWAY_TRUSTED_PROXIES");
                assertThat(ask(registry, token, path, "192.0.2.7", "https").statusCode())
                        .isNotEqualTo(403);
                assertThat(ask(registry, token, path, "::1", "http").statusCode())
                        .isNotEqualTo(403);
            }
            assertThat(ask(registry, engines, "/v2/", "192.0.2.7", "http").statusCode())
                    .isEqualTo(200);
        }
    }
}
