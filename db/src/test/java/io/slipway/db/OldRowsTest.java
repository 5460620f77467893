package io.slipway.db;

import static org.assertj.core.api.Assertions.assertThat;

import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// Steps of the schema that change rows, on rows that an older version wrote.
@ExtendWith(DatabaseExtension.class)
final class OldRowsTest {
    private final Database database;

    OldRowsTest(Database database) {
        this.database = database;
    }

    /// The schema as it was after that step, with nothing in it.
    private void makeAsAfter(String version) {
        database.change(
                tx -> {
                    tx.update("drop schema public cascade");
                    tx.update("create schema public");
                });
        DatabaseAddress address = database.address();
        Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(address.url(), address.user(), address.password())
                .locations("classpath:db/migration")
                .target(version)
                .load()
                .migrate();
    }

    private record Kept(String key, int status, boolean body) {}

    @Test
    void answersThatHeldAHooksSecretAreForgottenAndNoOthers() {
        makeAsAfter("50");
        database.change(
                tx -> {
                    tx.update("insert into principals (kind, name) values ('person', 'ada')");
                    answered(tx, "connected", "POST /api/v1/connections", "{\"secret\":\"s3\"}");
                    answered(tx, "asked", "POST /api/v1/connections?wait=1", "{\"secret\":\"s3\"}");
                    answered(tx, "synced", "POST /api/v1/connections/shop/sync", "{}");
                    answered(tx, "started", "POST /api/v1/projects/shop/start", "{\"run\":1}");
                    answered(tx, "removed", "POST /api/v1/connections", null);
                });
        Migrations.run(database);
        assertThat(kept())
                .containsExactly(
                        new Kept("asked", 0, false),
                        new Kept("connected", 0, false),
                        new Kept("removed", 200, false),
                        new Kept("started", 200, true),
                        new Kept("synced", 200, true));
    }

    private static void answered(Tx tx, String key, String request, @Nullable String body) {
        tx.update(
                """
                insert into idempotency_keys (principal_id, key, request, status, body)
                select id, ?, ?, 200, ? from principals where name = 'ada'
                """,
                key,
                request,
                body == null ? null : body.getBytes(StandardCharsets.UTF_8));
    }

    private List<Kept> kept() {
        return database.read(
                tx ->
                        tx.query(
                                "select key, status, body is not null as body from"
                                        + " idempotency_keys order by key",
                                row ->
                                        new Kept(
                                                row.text("key"),
                                                row.integer("status"),
                                                row.flag("body"))));
    }
}
