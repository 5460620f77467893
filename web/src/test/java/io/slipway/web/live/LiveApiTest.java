package io.slipway.web.live;

import static io.slipway.web.live.Events.timeless;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.access.Tokens;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

/// Rows of docs/security.md: A-WEB-6, A-WEB-8.
@Tag("attack")
@ExtendWith(DatabaseExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
final class LiveApiTest {
    private final Database database;
    private final Notifications notifications;
    private Door door;
    private Project shop;
    private Project other;
    private TokenText token;
    private int runs;

    LiveApiTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
    }

    @BeforeAll
    void open() throws Exception {
        door = new Door(database, notifications);
        shop = project("acme/shop");
        other = project("other");
        token = door.token(shop.id());
        assertThat(notifications.awaitListening(Duration.ofSeconds(10))).isTrue();
    }

    @AfterAll
    void close() throws Exception {
        door.close();
    }

    private Project project(String name) {
        return database.transaction(tx -> Projects.create(tx, ProjectName.parse(name), null))
                .project();
    }

    private PrintingAttempt attempt(Project project) {
        return new PrintingAttempt(database, project, ++runs);
    }

    private static String log(PrintingAttempt attempt, long from, String lines, boolean complete) {
        return "{\"job\":%d,\"attempt\":1,\"from\":%d,\"lines\":[%s],\"complete\":%s}"
                .formatted(attempt.job(), from, lines, complete);
    }

    @Test
    void aLogComesAsItIsPrintedAndEndsOnce() throws Exception {
        try (PrintingAttempt attempt = attempt(shop)) {
            attempt.print("one\ntwo\nthr");
            try (Events events = door.events(attempt.topic(1), token, null)) {
                assertThat(timeless(events.next().data()))
                        .isEqualTo(log(attempt, 1, "\"one\",\"two\"", false));
                attempt.print("ee\n");
                assertThat(timeless(events.next().data()))
                        .isEqualTo(log(attempt, 3, "\"three\"", false));
                attempt.print("no line break");
                attempt.end();
                assertThat(timeless(events.next().data()))
                        .isEqualTo(log(attempt, 4, "\"no line break\"", true));
                assertThat(events.silent(1_500)).isTrue();
            }
        }
    }

    @Test
    void whoComesBackMissesNoLineAndGetsNoneTwice() throws Exception {
        try (PrintingAttempt attempt = attempt(shop)) {
            attempt.print("one\ntwo\n");
            String id;
            try (Events events = door.events(attempt.topic(1), token, null)) {
                id = events.next().id();
            }
            attempt.print("three\n");
            try (Events events = door.events(attempt.topic(1), token, id)) {
                assertThat(timeless(events.next().data()))
                        .isEqualTo(log(attempt, 3, "\"three\"", false));
            }
        }
    }

    @Test
    void whoIsFarBehindGetsTheEnd() throws Exception {
        try (PrintingAttempt attempt = attempt(shop)) {
            attempt.print("x\n".repeat(10_000));
            try (Events events = door.events(attempt.topic(1), token, null)) {
                assertThat(events.next()).isEqualTo(resync(attempt, 1));
                assertThat(events.next().data()).contains("\"from\":9501,");
            }
        }
    }

    /// @param next number of the first line that was not told
    private static Events.Event resync(PrintingAttempt attempt, int next) {
        String topic = attempt.topic(1).replace("@1", "");
        String id = topic.replace("log:", "") + "@" + next + ";";
        return new Events.Event("resync", id, "{\"topic\":\"" + topic + "\"}");
    }

    @Test
    void whoComesBackTooLateIsToldToReadAgain() throws Exception {
        try (PrintingAttempt attempt = attempt(shop)) {
            attempt.print("one\ntwo\n");
            String id;
            try (Events events = door.events(attempt.topic(1), token, null)) {
                id = events.next().id();
            }
            attempt.print("x\n".repeat(2_500));
            try (Events events = door.events(attempt.topic(1), token, id)) {
                assertThat(events.next()).isEqualTo(resync(attempt, 3));
                assertThat(events.next().data()).contains("\"from\":2003,");
            }
        }
    }

    @Test
    void aRunTellsEachChangeOnceAndItsProgress() throws Exception {
        try (PrintingAttempt attempt = attempt(shop);
                Events events = door.events("run:acme/shop/" + runs, token, null)) {
            String changed = "{\"topic\":\"run:acme/shop/" + runs + "\"}";
            assertThat(events.next().data()).isEqualTo(changed);
            attempt.progress("212 of 480 MB, about 40 s");
            assertThat(events.next())
                    .isEqualTo(
                            new Events.Event(
                                    "progress",
                                    "",
                                    "{\"job\":%d,\"line\":\"212 of 480 MB, about 40 s\"}"
                                            .formatted(attempt.job())));
            attempt.end();
            assertThat(events.next().data()).isEqualTo(changed);
            assertThat(events.silent(1_500)).isTrue();
        }
    }

    @Test
    void projectsTellWhatThePollFindsWithoutAnyNotification() throws Exception {
        try (Events events = door.events("projects,project:acme/shop", token, null)) {
            assertThat(events.next().data()).isEqualTo("{\"topic\":\"projects\"}");
            assertThat(events.next().data()).isEqualTo("{\"topic\":\"project:acme/shop\"}");
            database.change(
                    tx ->
                            tx.update(
                                    "update projects set latest_run = latest_run + 1 where id = ?",
                                    shop.id()));
            assertThat(events.next().data()).isEqualTo("{\"topic\":\"projects\"}");
            assertThat(events.next().data()).isEqualTo("{\"topic\":\"project:acme/shop\"}");
            database.change(
                    tx ->
                            tx.update(
                                    "update projects set latest_run = latest_run + 1 where id = ?",
                                    other.id()));
            assertThat(events.silent(1_500)).isTrue();
        }
    }

    @Test
    void aStreamEndsAtOnceWithItsToken() throws Exception {
        TokenText brief = door.token(shop.id());
        try (Events events = door.events("projects", brief, null)) {
            events.next();
            database.change(
                    tx ->
                            Tokens.revoke(
                                    tx, Access.authenticate(tx, brief).orElseThrow().tokenId()));
            assertThat(events.next().name()).isEqualTo("end");
        }
    }

    @Test
    void headersKeepProxiesFromHoldingEventsBack() throws Exception {
        try (Events events = door.events("projects", token, null)) {
            var headers = events.response().headers();
            assertThat(headers.firstValue("Content-Type")).hasValue("text/event-stream");
            assertThat(headers.firstValue("Cache-Control")).hasValue("no-store");
            assertThat(headers.firstValue("X-Accel-Buffering")).hasValue("no");
        }
    }

    @Test
    void whatTheTokenMustNotReadIsNotThere() throws Exception {
        try (PrintingAttempt attempt = attempt(other)) {
            String stream = "/api/v1/stream?topics=";
            assertThat(door.get(stream + attempt.topic(1), token).statusCode()).isEqualTo(404);
            assertThat(door.get(stream + "project:other", token).statusCode()).isEqualTo(404);
            assertThat(door.get(stream + "run:other/" + runs, token).statusCode()).isEqualTo(404);
            assertThat(door.get(stream + "projects", null).statusCode()).isEqualTo(401);
            for (String path : new String[] {"", "/lines", ".txt"}) {
                assertThat(door.get(attempt.path() + path, token).statusCode()).isEqualTo(404);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "x", "projects,", "log:1:1", "log:1:1@0", "run:shop/0", "project:A"})
    void whatIsNoTopicIsRefused(String topics) throws Exception {
        var answer = door.get("/api/v1/stream?topics=" + topics, token);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("\"detail\":\"cannot take");
    }

    @Test
    void aLogIsReadByBlocksAndAsRawText() throws Exception {
        try (PrintingAttempt attempt = attempt(shop)) {
            attempt.print("10 %\r90 %\r\n\u001b[31mred\u001b[0m\nlast");
            attempt.step("verify", 2, 3);
            String lines = attempt.path() + "/lines?from=1&count=10";
            assertThat(timeless(door.get(lines, token).body()))
                    .isEqualTo(
                            "{\"from\":1,\"sgr\":\"\",\"lines\":[\"90"
                                    + " %\",\"\\u001B[31mred\\u001B[0m\"],\"complete\":false}");
            attempt.end();
            assertThat(door.get(lines, token).body()).contains(",\"last\"],\"complete\":true,");
            assertThat(door.get(lines, token).body())
                    .containsPattern("\"times\":\\[\\{\"line\":1,\"at\":[0-9]{13}}");
            assertThat(timeless(door.get(attempt.path() + "/lines?from=2&count=1", token).body()))
                    .isEqualTo(
                            "{\"from\":2,\"sgr\":\"\",\"lines\":[\"\\u001B[31mred\\u001B[0m\"],"
                                    + "\"complete\":false}");
            assertThat(door.get(attempt.path(), token).body())
                    .isEqualTo(
                            "{\"lines\":3,\"bytes\":28,\"complete\":true,\"folds\":[{\"start\":2,"
                                    + "\"end\":3,\"title\":\"verify\",\"state\":\"failed\","
                                    + "\"milliseconds\":2000}]}");
            assertThat(door.get(attempt.path() + ".txt", token).body())
                    .isEqualTo("10 %\r90 %\r\n\u001b[31mred\u001b[0m\nlast");
        }
    }

    @Test
    void theRawTextIsGivenInPartsAndWithoutColours() throws Exception {
        try (PrintingAttempt attempt = attempt(shop)) {
            attempt.print("one\n\u001b[31mtwo\u001b[0m\n");
            attempt.print("three\n");
            String whole = "one\n\u001b[31mtwo\u001b[0m\nthree\n";
            assertThat(part(attempt, "bytes=0-2")).isEqualTo("206 bytes 0-2/23 one");
            assertThat(part(attempt, "bytes=15-18")).isEqualTo("206 bytes 15-18/23 m\nth");
            assertThat(part(attempt, "bytes=17-")).isEqualTo("206 bytes 17-22/23 three\n");
            assertThat(part(attempt, "bytes=-4")).isEqualTo("206 bytes 19-22/23 ree\n");
            assertThat(part(attempt, "bytes=20-999")).isEqualTo("206 bytes 20-22/23 ee\n");
            assertThat(part(attempt, "bytes=23-")).isEqualTo("416 bytes */23 ");
            assertThat(part(attempt, "bytes=5-3")).isEqualTo("200  " + whole);
            assertThat(part(attempt, "lines=1-2")).isEqualTo("200  " + whole);
            assertThat(door.get(attempt.path() + ".txt?plain=1", token).body())
                    .isEqualTo("one\ntwo\nthree\n");
        }
    }

    private String part(PrintingAttempt attempt, String range) throws Exception {
        var answer = door.send(door.request(attempt.path() + ".txt", token).header("Range", range));
        return answer.statusCode()
                + " "
                + answer.headers().firstValue("Content-Range").orElse("")
                + " "
                + answer.body();
    }

    @Test
    void pagesAreServedUnderAStrictPolicyAndOtherPathsAreNot() throws Exception {
        for (String path :
                new String[] {"/", "/-/sign-in", "/shop", "/acme/shop/runs/7/image%20a"}) {
            var answer = door.get(path, null);
            String policy = answer.headers().firstValue("Content-Security-Policy").orElse("");
            assertThat(policy)
                    .contains("default-src 'none'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe", "*");
            assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
            assertThat(answer.body())
                    .isEqualTo("<!doctype html><title>the page of the tests</title>\n");
        }
        for (String path :
                new String[] {
                    "/api/v1/nothing",
                    "/v2/x",
                    "/shop.git",
                    "/favicon.ico",
                    "/assets/none.js",
                    "/assets/..%2Findex.html",
                    "/assets/../index.html",
                    "/Shop"
                }) {
            assertThat(door.get(path, null).statusCode()).as(path).isEqualTo(404);
        }
        var script = door.get("/assets/page-12345678.js", null);
        assertThat(script.headers().firstValue("Cache-Control"))
                .hasValue("public, max-age=31536000, immutable");
        assertThat(script.headers().firstValue("Content-Type"))
                .hasValue("text/javascript; charset=utf-8");
    }
}
