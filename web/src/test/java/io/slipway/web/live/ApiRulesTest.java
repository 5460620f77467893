package io.slipway.web.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/// What holds for every operation.
@ExtendWith(DatabaseExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
final class ApiRulesTest {
    private static final String MAKE = "{\"label\":\"laptop\",\"scopes\":[\"read\"]}";

    private final Database database;
    private final Notifications notifications;
    private Door door;
    private TokenText token;

    ApiRulesTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
    }

    @BeforeAll
    void open() throws Exception {
        door = new Door(database, notifications);
        Project shop =
                database.transaction(tx -> Projects.create(tx, ProjectName.parse("shop"), null))
                        .project();
        database.change(tx -> tx.update("insert into projects (name) values ('hidden')"));
        token = door.token(shop.id());
    }

    @AfterAll
    void close() throws Exception {
        door.close();
    }

    private HttpRequest.Builder post(String path, String body, String key) {
        return door.request("/api/v1" + path, token)
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString(body));
    }

    private long count(String sql) {
        return database.read(tx -> tx.one(sql, row -> row.number("count")));
    }

    @Test
    void aRefusalIsAProblemWithKindAndRemedy() throws Exception {
        HttpResponse<String> answer = door.get("/api/v1/runs?cursor=!", token);
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValue("application/problem+json");
        assertThat(answer.body())
                .isEqualTo(
                        "{\"type\":\"about:blank\",\"title\":\"Bad"
                                + " Request\",\"status\":400,\"detail\":\"cannot take the request:"
                                + " cursor is none that was given"
                                + " out\",\"kind\":\"configuration\",\"remedy\":\"see"
                                + " /api/v1/openapi.yaml\"}");
    }

    @Test
    void howBusyTheInstanceIsCanBeReadByPrometheus() throws Exception {
        database.change(
                tx ->
                        tx.update(
                                "insert into runners (name, kind, slots) values ('measured',"
                                        + " 'docker', 7)"));
        HttpResponse<String> answer = door.get("/api/v1/metrics", token);
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValue("text/plain; version=0.0.4; charset=utf-8");
        assertThat(answer.body())
                .contains("# TYPE slipway_runner_slots gauge\n")
                .contains("slipway_runner_slots{runner=\"measured\"} 7\n")
                .contains("slipway_runner_running{runner=\"measured\"} 0\n")
                .contains("\nslipway_runs_open 0\n")
                .containsPattern("\nslipway_heap_bytes [1-9][0-9]+\n")
                .containsPattern("\nprocess_start_time_seconds [0-9]+\\.[0-9]{3}\n");
        assertThat(answer.body().lines())
                .allMatch(line -> line.matches("# (HELP|TYPE) .*|[a-z_]+(\\{.*})? [0-9.]+"));
    }

    @Test
    void aParameterThatAnOperationDoesNotHaveIsRefused() throws Exception {
        HttpResponse<String> answer = door.get("/api/v1/rollouts?app=web&sort=age", token);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"type\":\"about:blank\",\"title\":\"Bad"
                            + " Request\",\"status\":400,\"detail\":\"cannot take the request: the"
                            + " parameter sort is unknown"
                            + " here\",\"kind\":\"configuration\",\"remedy\":\"leave it out, or use"
                            + " one of these: project, environment, app, state, cursor, limit\"}");
        assertThat(door.get("/api/v1/queue?Limit=1", token).statusCode()).isEqualTo(400);
        assertThat(door.get("/api/v1/runs?state=odd", token).body())
                .contains("cannot take the request: state is 'odd'")
                .contains("use one of these: running, waiting, succeeded, failed, cancelled,");
        assertThat(door.get("/api/v1/runs?limit=0", token).body())
                .contains("limit is '0'")
                .contains("use a number from 1 to 100");
        assertThat(door.get("/api/v1/runs?mine", token).body())
                .contains("mine is ''")
                .contains("use one of these: true, false");
        assertThat(door.get("/api/v1/stream?topics=projects&x=1", token).statusCode())
                .isEqualTo(400);
        assertThat(door.get("/api/v1/queue?x=1", null).statusCode()).isEqualTo(401);
    }

    @Test
    void listsComePageByPage() throws Exception {
        TokenText all = door.token(null);
        for (String name : List.of("paged-a", "paged-b", "paged-c")) {
            database.change(tx -> Projects.create(tx, ProjectName.parse(name), null));
        }
        String first = door.get("/api/v1/projects?q=paged-&limit=2", all).body();
        assertThat(first)
                .contains("\"name\":\"paged-a\"", "\"name\":\"paged-b\"", "\"next\":\"paged-b\"")
                .doesNotContain("paged-c");
        assertThat(door.get("/api/v1/projects?q=paged-&limit=2&cursor=paged-b", all).body())
                .contains("\"name\":\"paged-c\"", "\"next\":null")
                .doesNotContain("paged-a");
        database.change(
                tx ->
                        tx.update(
                                """
                                insert into runs (project_id, number, trigger, ref, commit)
                                select p.id, n, 'push', 'refs/heads/main', repeat('0', 40)
                                from projects p, generate_series(1, 5) n where p.name = 'paged-a'
                                """));
        String runs = "/api/v1/projects/paged-a/runs?limit=3";
        assertThat(door.get(runs, all).body())
                .contains("\"number\":5", "\"number\":3", "\"next\":\"3\"")
                .doesNotContain("\"number\":2");
        assertThat(door.get(runs + "&cursor=3", all).body())
                .contains("\"number\":2", "\"number\":1", "\"next\":null")
                .doesNotContain("\"number\":3");
    }

    @Test
    void aPagesAddressMayHaveParametersOfItsOwn() throws Exception {
        HttpRequest.Builder page =
                door.request("/-/queue?tab=mine", token).header("Accept", "text/plain");
        assertThat(door.send(page).body()).isEqualTo("nothing runs and nothing waits\n");
        assertThat(door.get("/-/queue.json?tab=mine", token).body())
                .isEqualTo("{\"jobs\":[],\"next\":null}");
        for (String fresh : List.of("/shop/badge.svg?v=7", "/shop/cctray.xml?v=7")) {
            assertThat(door.get(fresh, token).statusCode()).as(fresh).isEqualTo(200);
        }
        assertThat(door.get("/api/v1/projects/shop/badge.svg?v=7", token).statusCode())
                .isEqualTo(400);
    }

    @Test
    void whatSomebodyHasAlreadyIsNotSentAgain() throws Exception {
        HttpResponse<String> first = door.get("/api/v1/queue", token);
        String tag = first.headers().firstValue("ETag").orElseThrow();
        HttpResponse<String> second =
                door.send(door.request("/api/v1/queue", token).header("If-None-Match", tag));
        assertThat(second.statusCode()).isEqualTo(304);
        assertThat(second.body()).isEmpty();
        HttpResponse<String> other =
                door.send(door.request("/api/v1/queue", token).header("If-None-Match", "\"x\""));
        assertThat(other.statusCode()).isEqualTo(200);
    }

    @Test
    void aChangeWithAKeyHappensOnce() throws Exception {
        String once = MAKE.replace("laptop", "once");
        String made = "select count(*) as count from tokens where label = 'once'";
        assertThat(door.send(post("/tokens", once, "one")).statusCode()).isEqualTo(200);
        HttpResponse<String> again = door.send(post("/tokens", once, "one"));
        assertThat(again.statusCode()).isEqualTo(409);
        assertThat(again.body()).contains("its answer is given only once");
        assertThat(count(made)).isEqualTo(1);

        long id =
                database.read(
                        tx ->
                                tx.one(
                                        "select id from tokens where label = 'once'",
                                        row -> row.number("id")));
        HttpRequest.Builder revoke =
                door.request("/api/v1/tokens/" + id, token)
                        .header("Idempotency-Key", "two")
                        .DELETE();
        assertThat(door.send(revoke).statusCode()).isEqualTo(204);
        assertThat(door.send(revoke).statusCode()).isEqualTo(204);
        assertThat(door.send(post("/tokens", once, "two")).body()).contains("was used for DELETE");
    }

    @Test
    void aKeyBelongsToOneBody() throws Exception {
        assertThat(door.send(post("/tokens", MAKE, "body")).statusCode()).isEqualTo(200);
        HttpResponse<String> other =
                door.send(post("/tokens", MAKE.replace("laptop", "other"), "body"));
        assertThat(other.statusCode()).isEqualTo(422);
        assertThat(other.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(other.body())
                .contains("it was used for the same request with another body")
                .contains("use a new key for each change");
        assertThat(count("select count(*) as count from tokens where label = 'other'")).isZero();
    }

    @Test
    void aChangeThatWasRefusedCanBeTriedAgain() throws Exception {
        String more = "{\"label\":\"more\",\"scopes\":[\"configure\"]}";
        assertThat(door.send(post("/tokens", more, "three")).statusCode()).isEqualTo(403);
        assertThat(door.send(post("/tokens", MAKE, "three")).statusCode()).isEqualTo(200);
    }

    @Test
    void aChangeThatWasCutOffIsNotRepeated() throws Exception {
        database.change(
                tx ->
                        tx.update(
                                """
                                insert into idempotency_keys (principal_id, key, request)
                                select id, 'four', 'POST /api/v1/tokens' from principals where name = 'reader'
                                """));
        assertThat(door.send(post("/tokens", MAKE, "four")).body()).contains("was cut off");
    }

    @Test
    void aTokenCanDoNoMoreThanItsMakers() throws Exception {
        HttpResponse<String> made = door.send(post("/tokens", MAKE, "five"));
        TokenText other = TokenText.of(made.body().replaceAll(".*\"token\":\"([^\"]+)\".*", "$1"));
        assertThat(door.get("/api/v1/fleet", other).body())
                .contains("\"name\":\"shop\"")
                .doesNotContain("hidden");
        String elsewhere = "{\"label\":\"x\",\"scopes\":[\"read\"],\"project\":\"hidden\"}";
        assertThat(door.send(post("/tokens", elsewhere, "six")).statusCode()).isEqualTo(404);
    }

    @Test
    void aMonitorMaySendTheTokenAsPasswordToRead() throws Exception {
        String pair = "x:" + token.reveal();
        String basic =
                "Basic "
                        + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
        HttpRequest.Builder read =
                door.request("/api/v1/queue", null).header("Authorization", basic);
        assertThat(door.send(read).statusCode()).isEqualTo(200);
        HttpRequest.Builder change =
                door.request("/api/v1/tokens", null)
                        .header("Authorization", basic)
                        .POST(BodyPublishers.ofString(MAKE));
        assertThat(door.send(change).statusCode()).isEqualTo(401);
    }

    @Test
    void aPageAskedForTextIsText() throws Exception {
        HttpRequest.Builder asked = door.request("/-/queue", token).header("Accept", "text/plain");
        HttpResponse<String> answer = door.send(asked);
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValue("text/plain; charset=utf-8");
        assertThat(answer.body()).isEqualTo("nothing runs and nothing waits\n");
        assertThat(door.send(door.request("/", token).header("Accept", "text/plain")).body())
                .contains("shop  no run yet");
        HttpResponse<String> nobody =
                door.send(door.request("/", null).header("Accept", "text/plain"));
        assertThat(nobody.statusCode()).isEqualTo(401);
        assertThat(nobody.body()).startsWith("cannot answer: no valid token\n");
    }
}
