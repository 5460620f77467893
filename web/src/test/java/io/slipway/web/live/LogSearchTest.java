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

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

@ExtendWith(DatabaseExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
final class LogSearchTest {
    private final Database database;
    private final Notifications notifications;
    private Door door;
    private Project shop;
    private TokenText token;
    private int runs;

    LogSearchTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
    }

    @BeforeAll
    void open() throws Exception {
        door = new Door(database, notifications);
        shop =
                database.transaction(tx -> Projects.create(tx, ProjectName.parse("shop"), null))
                        .project();
        token = door.token(shop.id());
    }

    @AfterAll
    void close() throws Exception {
        door.close();
    }

    private String answer(PrintingAttempt attempt, String path) throws Exception {
        return door.get(attempt.path() + path, token).body();
    }

    private static String query(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Test
    void everyLineIsSearchedAcrossPiecesAndColours() throws Exception {
        try (PrintingAttempt attempt = new PrintingAttempt(database, shop, ++runs)) {
            attempt.print("one\nref");
            attempt.print("und failed\nthree \u001b[31mREF\u001b[0mund\n" + "x\n".repeat(10));
            attempt.print("a refund without a line break");
            assertThat(answer(attempt, "/search?q=refund"))
                    .isEqualTo("{\"total\":2,\"hits\":[2,3],\"more\":false}");
            assertThat(answer(attempt, "/search?q=refund&case=true"))
                    .isEqualTo("{\"total\":1,\"hits\":[2],\"more\":false}");
            assertThat(answer(attempt, "/search?q=x&limit=3"))
                    .isEqualTo("{\"total\":10,\"hits\":[4,5,6],\"more\":true}");
            attempt.end();
            assertThat(answer(attempt, "/search?q=refund"))
                    .isEqualTo("{\"total\":3,\"hits\":[2,3,14],\"more\":false}");
        }
    }

    @Test
    void anExpressionIsTakenAndABadOneRefused() throws Exception {
        try (PrintingAttempt attempt = new PrintingAttempt(database, shop, ++runs)) {
            attempt.print("run 12\nrun x\n");
            assertThat(answer(attempt, "/search?regex=true&q=" + query("run \\d+$")))
                    .isEqualTo("{\"total\":1,\"hits\":[1],\"more\":false}");
            assertThat(door.get(attempt.path() + "/search?regex=true&q=" + query("("), token))
                    .satisfies(refused -> assertThat(refused.statusCode()).isEqualTo(400));
            assertThat(answer(attempt, "/search?q=")).contains("q is empty");
        }
    }

    @Test
    void anExpressionThatNeverEndsIsGivenUp() throws Exception {
        try (PrintingAttempt attempt = new PrintingAttempt(database, shop, ++runs)) {
            attempt.print("a".repeat(200) + "\n");
            assertThat(
                            answer(
                                    attempt,
                                    "/search?regex=true&q=" + query("(.*)(.*)(.*)(.*)(.*)(.*)b$")))
                    .contains("takes too long");
        }
    }

    @Test
    void errorsAreFoundAndCountsOfNoneAreNot() throws Exception {
        try (PrintingAttempt attempt = new PrintingAttempt(database, shop, ++runs)) {
            attempt.print(
                    """
                    [INFO] Tests run: 4, Failures: 0, Errors: 0
                    \u001b[1;31mERROR\u001b[0m [orders] expected: <200> but was: <409>
                    src/main.c:4:2: error: expected ';'
                    0 errors, 2 warnings
                    java.lang.IllegalStateException: closed
                    error handling is fine
                    sh: frobnicate: not found
                    """);
            assertThat(answer(attempt, "/errors"))
                    .isEqualTo("{\"total\":4,\"hits\":[2,3,5,7],\"more\":false}");
        }
    }

    @Test
    void errorsOfALogThatHasEndedAreLookedForOnce() throws Exception {
        try (PrintingAttempt attempt = new PrintingAttempt(database, shop, ++runs)) {
            attempt.print("error: one\n");
            assertThat(answer(attempt, "/errors")).contains("\"total\":1,");
            attempt.print("error: two\n");
            assertThat(answer(attempt, "/errors")).contains("\"total\":2,");
            attempt.end();
            String all = "{\"total\":2,\"hits\":[1,2],\"more\":false}";
            assertThat(answer(attempt, "/errors")).isEqualTo(all);
            database.change(
                    tx ->
                            tx.update(
                                    """
                                    delete from log_chunks using attempts a
                                    where a.id = attempt_id and a.job_id = ?
                                    """,
                                    attempt.job()));
            assertThat(answer(attempt, "/errors")).isEqualTo(all);
            assertThat(answer(attempt, "/errors?limit=1"))
                    .isEqualTo("{\"total\":2,\"hits\":[1],\"more\":true}");
        }
    }

    @Test
    void aBlockSaysWhichColoursAreOnWhereItBegins() throws Exception {
        try (PrintingAttempt attempt = new PrintingAttempt(database, shop, ++runs)) {
            attempt.print("\u001b[1mbold\n\u001b[31mred\nstill\n\u001b[0mplain\nplain\n");
            assertThat(Events.timeless(answer(attempt, "/lines?from=3&count=1")))
                    .isEqualTo(
                            "{\"from\":3,\"sgr\":\"1;31\",\"lines\":[\"still\"],\"complete\":false}");
            assertThat(answer(attempt, "/lines?from=5&count=1")).contains("\"sgr\":\"\"");
        }
    }

    @Test
    void aStrangerFindsNothing() throws Exception {
        Project other =
                database.transaction(tx -> Projects.create(tx, ProjectName.parse("other"), null))
                        .project();
        try (PrintingAttempt attempt = new PrintingAttempt(database, other, ++runs)) {
            attempt.print("secret\n");
            assertThat(door.get(attempt.path() + "/search?q=secret", token).statusCode())
                    .isEqualTo(404);
        }
    }
}
