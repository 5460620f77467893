package io.slipway.web.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Paths that lead elsewhere and texts that mean something to a database. A-PATH-1, A-PATH-2,
/// A-SQL-1, A-WEB-8.
@Tag("attack")
@ExtendWith(DatabaseExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
final class HostileRequestsTest {
    /// Something that the class path has and nobody is given.
    private static final String CANARY = "io/slipway/web/live/HostileRequestsTest.class";

    private static final List<String> TEXTS =
            List.of(
                    "'",
                    "''",
                    "\"",
                    "\\",
                    "';drop table runs;--",
                    "' or '1'='1",
                    "1;select pg_sleep(60)",
                    "$$;select 1;$$",
                    "{1,2}",
                    "%",
                    "_",
                    "%".repeat(1_000),
                    "\\%\\_\\",
                    "/*",
                    "--",
                    "?",
                    ":a",
                    "$1",
                    "null",
                    "NaN",
                    "-1",
                    "1e309",
                    "999999999999999999999",
                    "(((((",
                    "[[[",
                    "\u202egnp",
                    "\ud83d\ude00",
                    "\u0000",
                    "\r\nSet-Cookie: x=y",
                    "<script>alert(1)</script>",
                    "${jndi:ldap://127.0.0.1/x}",
                    "@/etc/passwd");

    private final Database database;
    private final Notifications notifications;
    private Door door;
    private TokenText token;

    HostileRequestsTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
    }

    @BeforeAll
    void open() throws Exception {
        door = new Door(database, notifications);
        database.change(tx -> Projects.create(tx, ProjectName.parse("shop"), null));
        token = door.token(null);
    }

    @AfterAll
    void close() throws Exception {
        door.close();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Test
    void noPathLeadsOutOfTheDashboardsFiles() throws Exception {
        List<String> ups =
                List.of(
                        "../",
                        "..;/",
                        "..%2f",
                        "%2e%2e/",
                        "%2e%2e%2f",
                        "%252e%252e%252f",
                        "..%5c",
                        "%c0%ae%c0%ae/",
                        "..%00/",
                        "....//",
                        "./../",
                        "%2f..%2f",
                        ".%2e/");
        List<String> paths = new ArrayList<>();
        for (String begin : List.of("/", "/assets/", "/shop/", "/api/v1/", "/-/")) {
            for (String up : ups) {
                for (int times = 1; times <= 4; times++) {
                    paths.add(begin + up.repeat(times) + CANARY);
                    paths.add(begin + up.repeat(times) + "etc/passwd");
                }
            }
            paths.add(begin + "/" + CANARY);
            paths.add(begin + CANARY + "%20");
            paths.add(begin + CANARY + ".");
            paths.add(begin + "%40%2Fetc%2Fpasswd");
        }
        for (String path : paths) {
            HttpResponse<String> answer =
                    door.raw(
                            door.request("/", token)
                                    .uri(
                                            URI.create(
                                                    door.request("/", null).build().uri()
                                                            + path.substring(1))));
            assertThat(answer.statusCode()).as(path).isIn(200, 400, 404);
            assertThat(answer.body())
                    .as(path)
                    .doesNotContain("HostileRequestsTest")
                    .doesNotContain("root:x:0");
        }
    }

    @Test
    void textsThatMeanSomethingElsewhereAreTexts() throws Exception {
        List<String> filters =
                List.of(
                        "/runs?q=",
                        "/runs?project=",
                        "/runs?branch=",
                        "/runs?state=",
                        "/runs?cursor=",
                        "/runs?limit=",
                        "/fleet?q=",
                        "/fleet?cursor=",
                        "/jobs/1/attempts/1/log/search?q=",
                        "/jobs/1/attempts/1/log/search?regex=true&q=",
                        "/jobs/1/attempts/1/log/lines?from=",
                        "/projects/shop/compare?to=main&from=",
                        "/projects/",
                        "/jobs/");
        for (String filter : filters) {
            for (String text : TEXTS) {
                HttpResponse<String> answer =
                        door.send(door.request("/api/v1" + filter + encoded(text), token));
                assertThat(answer.statusCode())
                        .as(filter + text + ": " + answer.body())
                        .isIn(200, 400, 404, 422);
                assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
            }
        }
        assertThat(
                        database.<Boolean>read(
                                tx -> Projects.find(tx, ProjectName.parse("shop")).isPresent()))
                .isTrue();
    }

    @Test
    void answersAreForNobodysCacheAndForNoOtherSite() throws Exception {
        HttpResponse<String> answer =
                door.send(
                        door.request("/api/v1/runs", token)
                                .header("Origin", "null")
                                .header("X-WEBAUTH-USER", "root"));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
        assertThat(answer.headers().firstValue("Cache-Control")).contains("private, no-cache");
        HttpResponse<String> nobody =
                door.send(
                        door.request("/api/v1/runs", null)
                                .header("X-WEBAUTH-USER", "root")
                                .header("X-Real-IP", "127.0.0.1"));
        assertThat(nobody.statusCode()).isEqualTo(401);
        HttpResponse<String> preflight =
                door.send(
                        door.request("/api/v1/runs", null)
                                .method(
                                        "OPTIONS",
                                        java.net.http.HttpRequest.BodyPublishers.noBody())
                                .header("Origin", "https://evil.example")
                                .header("Access-Control-Request-Method", "POST"));
        assertThat(preflight.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    }
}
