package io.slipway.web.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.access.TokenText;
import io.slipway.web.live.EndedRuns.Try;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@ExtendWith(DatabaseExtension.class)
final class FailuresTest {
    private static final Try PASSED = new Try("succeeded", "all is well");
    private static final Try FAILED = new Try("failed", "begin", "it is red");

    private final Database database;
    private final Notifications notifications;

    FailuresTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
    }

    private static Try failedWith(String line) {
        return new Try("failed", "begin", "\u001b[31mERROR\u001b[0m " + line, "BUILD FAILED");
    }

    private static JsonNode told(Door door, TokenText token, String path) throws Exception {
        return JsonMapper.shared().readTree(door.get("/api/v1" + path, token).body());
    }

    @Test
    void aFailureIsHeldBesideTheLastRunsAndWhatFailsElsewhere() throws Exception {
        try (Door door = new Door(database, notifications)) {
            EndedRuns orders = new EndedRuns(database, "orders");
            EndedRuns payments = new EndedRuns(database, "payments");
            orders.run(1, "a", "mira", FAILED, PASSED);
            orders.run(2, "b", "mira", FAILED);
            orders.run(3, "b", "mira", PASSED);
            orders.run(4, "c", "mira", PASSED);
            payments.run(1, "a", "joe", failedWith("refund:99 took 7 ms at 0f3a9c1"));
            payments.run(2, "b", "joe", failedWith("charge:99 took 7 ms at 0f3a9c1"));
            orders.run(5, "d", "mira", failedWith("refund:161 took 55 ms at 7fbd085"));
            TokenText all = door.token(null);

            assertThat(told(door, all, "/projects/orders/runs/5/failures"))
                    .hasToString(
                            "{\"failures\":[{\"job\":\"test\",\"says\":\"ERROR refund:161 took 55"
                                    + " ms at 7fbd085\",\"runs\":5,\"failed\":3,\"flaky\":2,"
                                    + "\"passedIn\":null,\"same\":[{\"project\":\"payments\","
                                    + "\"run\":1,\"job\":\"test\"}]}]}");
            assertThat(told(door, all, "/projects/orders/runs/2/failures"))
                    .hasToString(
                            "{\"failures\":[{\"job\":\"test\",\"says\":null,\"runs\":5,\"failed\":3,"
                                + "\"flaky\":2,\"passedIn\":3,\"same\":[]}]}");
            assertThat(told(door, all, "/projects/orders/runs/3/failures"))
                    .hasToString("{\"failures\":[]}");

            TokenText own = door.token(orders.project());
            assertThat(
                            told(door, own, "/projects/orders/runs/5/failures")
                                    .path("failures")
                                    .get(0)
                                    .path("same"))
                    .as("what it may not read it is not told of")
                    .isEmpty();
            assertThat(door.get("/api/v1/projects/payments/runs/1/failures", own).statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void aTraceSaysWhatIsUsualOnceThreeRunsSucceeded() throws Exception {
        try (Door door = new Door(database, notifications)) {
            EndedRuns slow = new EndedRuns(database, "slow");
            slow.run(1, "a", "mira", 5, 25, PASSED);
            slow.run(2, "b", "mira", 10, 40, PASSED);
            slow.run(3, "c", "mira", 5, 300, FAILED);
            TokenText token = door.token(slow.project());
            assertThat(usual(door, token, 2))
                    .as("two of them teach nothing")
                    .isEqualTo("null null");
            slow.run(4, "d", "mira", 60, 70, PASSED);
            slow.run(5, "e", "mira", 1, 500, PASSED);
            assertThat(usual(door, token, 5))
                    .isEqualTo("{\"begin\":10000,\"took\":20000} {\"begin\":11000,\"took\":19000}");
        }
    }

    /// Of the job and of its step.
    private static String usual(Door door, TokenText token, int run) throws Exception {
        JsonNode spans = told(door, token, "/projects/slow/runs/" + run + "/trace").path("spans");
        String job = "";
        String step = "";
        for (JsonNode span : spans) {
            switch (span.path("kind").asString()) {
                case "job" -> job = span.path("usual").toString();
                case "step" -> step = span.path("usual").toString();
                default -> assertThat(span.path("usual").isNull()).isTrue();
            }
        }
        return job + " " + step;
    }

    @Test
    void mineIsWhatOnePushedOrWroteAmongTheLatest() throws Exception {
        try (Door door = new Door(database, notifications)) {
            new EndedRuns(database, "hers").run(1, "a", "Reader", PASSED);
            new EndedRuns(database, "theirs").run(1, "a", "mira", PASSED);
            TokenText reader = door.token(null);
            for (JsonNode project : told(door, reader, "/fleet").path("projects")) {
                assertThat(project.path("mine").asBoolean())
                        .as(project.path("name").asString())
                        .isEqualTo(project.path("name").asString().equals("hers"));
            }
            JsonNode runs = told(door, reader, "/runs?mine=true").path("runs");
            assertThat(runs.valueStream().map(run -> run.path("project").asString()))
                    .containsExactly("hers");
            database.change(
                    tx ->
                            tx.update(
                                    """
                                    update runs set principal_id = (select id from principals where name = 'reader')
                                    where author = 'mira'
                                    """));
            assertThat(told(door, reader, "/runs?mine=true").path("runs"))
                    .hasSizeGreaterThanOrEqualTo(2);
            JsonNode theirs = told(door, reader, "/fleet?q=theirs").path("projects").get(0);
            assertThat(theirs.path("mine").asBoolean()).isTrue();
        }
    }

    @Test
    void linesOfAJobAreReadByItsName() throws Exception {
        try (Door door = new Door(database, notifications)) {
            EndedRuns named = new EndedRuns(database, "named");
            TokenText token = door.token(named.project());
            named.run(1, "a", "mira", FAILED, PASSED);
            String log = "/projects/named/runs/1/log";
            JsonNode newest = told(door, token, log + "?job=test&from=501");
            assertThat(newest.path("attempt").asInt()).isEqualTo(2);
            assertThat(newest.path("ended").asBoolean()).isTrue();
            assertThat(newest.path("total").asInt()).isZero();
            assertThat(told(door, token, log + "?job=test&attempt=1").path("attempt").asInt())
                    .isEqualTo(1);
            assertThat(door.get("/api/v1" + log + "?job=none", token).statusCode()).isEqualTo(404);
            assertThat(door.get("/api/v1" + log + "?job=test&attempt=3", token).statusCode())
                    .isEqualTo(404);
            assertThat(door.get("/api/v1" + log, token).statusCode()).isEqualTo(400);
        }
    }
}
