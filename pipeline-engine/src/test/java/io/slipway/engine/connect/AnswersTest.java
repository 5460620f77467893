package io.slipway.engine.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressRules;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.forge.api.ScriptedForge;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.engine.remote.Remote;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.secret.SealingKey;
import io.slipway.engine.secret.Secret;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What a forge is told of runs, and what becomes of it when the forge does not want to hear it.
@ExtendWith(DatabaseExtension.class)
final class AnswersTest {
    private static final Pattern STATE = Pattern.compile("\"state\":\"([a-z]+)\"");
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir Path temp;
    private final Database database;
    private ScriptedForge forge;
    private Egress egress;
    private Remotes remotes;
    private long project;

    AnswersTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void connect(TestInfo test) throws IOException {
        forge = new ScriptedForge();
        egress = new Egress(EgressRules.parse(List.of(forge.origin())));
        remotes = new Remotes(SealingKey.at(temp.resolve("key")));
        String name = "a" + Math.abs(test.getDisplayName().hashCode());
        database.change(
                tx -> {
                    tx.update("delete from forge_answers");
                    tx.update("delete from project_remotes");
                });
        project =
                database.transaction(
                        tx -> {
                            long id =
                                    Projects.create(tx, ProjectName.parse(name), null)
                                            .project()
                                            .id();
                            remotes.save(
                                    tx,
                                    new Remote(
                                            id,
                                            ForgeKind.GITEA,
                                            EgressUrl.parse(forge.origin()),
                                            EgressUrl.parse(forge.origin() + "/team/shop.git"),
                                            "team/shop",
                                            "1",
                                            Secret.of("word"),
                                            "",
                                            Duration.ofMinutes(5)));
                            return id;
                        });
    }

    @AfterEach
    void stop() {
        egress.close();
        forge.close();
    }

    private long run(int number) {
        return database.transaction(
                tx -> {
                    long run =
                            tx.one(
                                    """
                                    insert into runs (project_id, number, trigger, ref, commit)
                                    values (?, ?, 'push', 'refs/heads/main', ?) returning id
                                    """,
                                    row -> row.number("id"),
                                    project,
                                    number,
                                    "1234567890123456789012345678901234567890");
                    tx.update(
                            """
                            insert into jobs (run_id, project_id, position, name, kind, spec, state)
                            values (?, ?, 1, 'test', 'check', '{}', 'queued')
                            """,
                            run,
                            project);
                    return run;
                });
    }

    private void starts(long run) {
        database.change(
                tx -> tx.update("update jobs set started_at = now() where run_id = ?", run));
    }

    private void ends(long run, String outcome, String reason) {
        database.change(
                tx ->
                        tx.update(
                                """
                                update runs set state = 'ended', outcome = ?, reason = ?,
                                    ended_at = now()
                                where id = ?
                                """,
                                outcome,
                                reason,
                                run));
    }

    private Answers answers() {
        return new Answers(database, remotes, egress, "https://slipway.example.com");
    }

    private String told() {
        return forge.asked().stream()
                .map(STATE::matcher)
                .filter(java.util.regex.Matcher::find)
                .map(match -> match.group(1))
                .collect(Collectors.joining(" "));
    }

    @Test
    void aRunIsToldInOrderAndOnce() {
        try (Answers answers = answers()) {
            long run = run(1);
            await().atMost(LONG).until(() -> told().equals("pending"));
            starts(run);
            await().atMost(LONG).until(() -> told().equals("pending pending"));
            ends(run, "failed", "test failed: exit code 3");
            await().atMost(LONG).until(() -> told().equals("pending pending failure"));
            assertThat(forge.asked().getLast())
                    .contains(
                            "\"description\":\"run 1 failed: test failed: exit code 3\"",
                            "/statuses/1234567890123456789012345678901234567890");
            long skipped = run(2);
            ends(skipped, "skipped", "");
            await().atMost(LONG).until(() -> told().endsWith(" success"));
            assertThat(told()).startsWith("pending pending failure ");
        }
    }

    @Test
    void theLastStateWinsWhereTheForgeWasAway() {
        forge.always(503, Map.of("Retry-After", "2"), "");
        long run = run(1);
        try (Answers answers = answers()) {
            await().atMost(LONG).until(() -> forge.asked().size() == 1);
            starts(run);
            ends(run, "succeeded", "");
            forge.always(201, Map.of(), "{}");
            await().atMost(LONG).until(() -> told().equals("pending success"));
        }
        assertThat(problem(run)).isEmpty();
    }

    @Test
    void aLimitOfTheForgeHoldsForAllThatIsSentThere() {
        forge.next(429, Map.of("Retry-After", "3600"), "");
        long first = run(1);
        try (Answers answers = answers()) {
            await().atMost(LONG).until(() -> problem(first).contains("429"));
            assertThat(seconds(first)).isGreaterThan(3000);
            assertThat(forge.asked()).hasSize(1);
        }
    }

    private String problem(long run) {
        return database.read(
                tx ->
                        tx.first(
                                        "select problem from forge_answers where run_id = ?",
                                        row -> row.text("problem"),
                                        run)
                                .orElse(""));
    }

    private long seconds(long run) {
        return database.read(
                tx ->
                        tx.one(
                                """
                                select extract(epoch from next_at - now())::bigint as seconds
                                from forge_answers where run_id = ?
                                """,
                                row -> row.number("seconds"),
                                run));
    }
}
