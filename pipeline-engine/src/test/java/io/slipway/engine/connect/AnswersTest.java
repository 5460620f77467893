package io.slipway.engine.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Counts;
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
import io.slipway.engine.remote.RemoteForges;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.run.RunnerSlots;
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
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir Path temp;
    private final Database database;
    private ScriptedForge forge;
    private Egress egress;
    private Remotes remotes;
    private long project;
    private String name;

    AnswersTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void connect(TestInfo test) throws IOException {
        forge = new ScriptedForge();
        egress = new Egress(EgressRules.parse(List.of(forge.origin())));
        remotes = new Remotes(SealingKey.at(temp.resolve("key")));
        name = "a" + Math.abs(test.getDisplayName().hashCode());
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
        return new Answers(
                database, remotes, new RemoteForges(egress), "https://slipway.example.com");
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
            await().atMost(LONG).until(() -> problem(run).isEmpty());
        }
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

    /// What is asked under an old name forges send on, but nothing that is to be changed.
    @Test
    void aRunIsToldUnderTheNameThatTheRepositoryHasByNow() {
        String statuses = "/statuses/1234567890123456789012345678901234567890";
        String moved = "/api/v1/repos/team/store" + statuses;
        String again = "POST " + moved;
        forge.at("POST /api/v1/repos/team/shop" + statuses, 307, Map.of("Location", moved), "");
        forge.at(
                "GET /api/v1/repos/team/shop",
                200,
                Map.of(),
                "{\"id\":1,\"full_name\":\"team/store\",\"clone_url\":\"%s/team/store.git\"}"
                        .formatted(forge.origin()));
        long run = run(1);
        try (Answers answers = answers()) {
            await().atMost(LONG)
                    .until(() -> forge.asked().stream().anyMatch(one -> one.startsWith(again)));
            await().atMost(LONG).until(() -> "queued".equals(sent(run)));
        }
        assertThat(database.read(tx -> remotes.get(tx, project)).repository())
                .isEqualTo("team/store");
    }

    private String sent(long run) {
        return database.read(
                tx ->
                        tx.first(
                                        "select sent from forge_answers where run_id = ?",
                                        row -> row.text("sent"),
                                        run)
                                .orElse(""));
    }

    private static final String COMMENTS = "/api/v1/repos/team/shop/issues/3/comments";
    private static final String COMMENT = "/api/v1/repos/team/shop/issues/comments/55";

    /// Pull request 3, of the branch that the runs are of.
    private void opened() {
        database.change(
                tx -> {
                    tx.update("delete from pull_requests");
                    tx.update(
                            """
                            insert into pull_requests (project_id, number, open, draft,
                                foreign_head, head_ref, head_commit, base_ref)
                            values (?, 3, true, false, false, 'refs/heads/main', null,
                                'refs/heads/release')
                            """,
                            project);
                });
        forge.at("POST " + COMMENTS, 201, Map.of(), "{\"id\":55}");
        forge.at("GET " + COMMENTS, 200, Map.of(), "[]");
        forge.at("PATCH " + COMMENT, 200, Map.of(), "{\"id\":55}");
    }

    private List<String> comments(String method) {
        return forge.asked().stream()
                .filter(one -> one.startsWith(method + " ") && one.contains("/comments"))
                .toList();
    }

    private String nonce() {
        return database.read(
                tx ->
                        tx.one(
                                "select nonce from pull_requests where project_id = ?",
                                row -> row.text("nonce"),
                                project));
    }

    private void step(long run, String job, String step, String summary) {
        database.change(
                tx -> {
                    tx.update(
                            """
                            update jobs set name = ?, state = 'ended', outcome = 'failed',
                                summary = ?, latest_attempt = 1
                            where run_id = ?
                            """,
                            job,
                            summary,
                            run);
                    RunnerSlots.register(tx, "docker", "docker", 4);
                    tx.update(
                            """
                            with a as (
                                insert into attempts (job_id, project_id, number, runner_id, turn)
                                select j.id, j.project_id, 1, (select min(id) from runners), 1
                                from jobs j where j.run_id = ? returning id)
                            insert into steps (attempt_id, position, name, state, outcome)
                            select id, 1, ?, 'ended', 'failed' from a
                            """,
                            run,
                            step);
                });
    }

    @Test
    void aPullRequestHasOneCommentThatIsChanged() {
        opened();
        try (Answers answers = answers()) {
            long run = run(1);
            await().atMost(LONG).until(() -> comments("POST").size() == 1);
            assertThat(comments("POST").getFirst())
                    .isEqualTo(
                            """
                            POST %s
                            accept: application/json
                            authorization: token word
                            content-type: application/json
                            {"body":"**Slipway**: [run 1](https://slipway.example.com/%s/runs/1) of 1234567 is on its way\\n\\n[slipway-%s]: https://slipway.example.com/%s/runs/1\\n"}\
                            """
                                    .formatted(COMMENTS, name, nonce(), name));
            step(run, "test", "npm `test`\n@team", "exit code 3");
            ends(run, "failed", "test failed: exit code 3");
            await().atMost(LONG).until(() -> comments("PATCH").size() == 1);
            assertThat(comments("PATCH").getFirst())
                    .contains(
                            " failed: `test failed: exit code 3`\\n\\n- `test` failed at step `npm"
                                    + " 'test'`: `exit code 3`\\n\\n[slipway-");
            ends(run(2), "succeeded", "");
            await().atMost(LONG).until(() -> comments("PATCH").size() == 2);
            assertThat(comments("PATCH").getLast())
                    .contains("[run 2](https://slipway.example.com/" + name + "/runs/2)");
            assertThat(comments("POST")).hasSize(1);
        }
    }

    /// Killed after it was posted and before its id was written down.
    @Test
    void aCommentOfWhichNobodyKnowsIsFoundAgain() {
        opened();
        database.change(
                tx ->
                        tx.update(
                                "update pull_requests set commented_at = now() where project_id ="
                                        + " ?",
                                project));
        forge.at(
                "GET " + COMMENTS,
                200,
                Map.of(),
                """
                [{"id":7,"body":"hello"},{"id":55,"body":"x [slipway-%1$s]: y"},
                 {"id":99,"body":"copied %1$s"},{"id":{},"body":8},null]
                """
                        .formatted(nonce()));
        run(1);
        try (Answers answers = answers()) {
            await().atMost(LONG).until(() -> comments("PATCH").size() == 1);
            assertThat(comments("PATCH").getFirst()).startsWith("PATCH " + COMMENT);
            assertThat(comments("POST")).isEmpty();
        }
    }

    @Test
    void aCommentThatSomebodyRemovedIsWrittenAnew() {
        opened();
        forge.at("PATCH " + COMMENT, 404, Map.of(), "{}");
        try (Answers answers = answers()) {
            long run = run(1);
            await().atMost(LONG).until(() -> comments("POST").size() == 1);
            String first = nonce();
            ends(run, "succeeded", "");
            await().atMost(LONG).until(() -> comments("POST").size() == 2);
            assertThat(nonce()).isNotEqualTo(first);
        }
    }

    private static final String RECORDS = "/api/v3/repos/team/shop/deployments";

    /// The app `cart` on its way into production, by a run on GitHub.
    private void rollsOut(long run, String outcome) {
        database.change(
                tx -> {
                    RunnerSlots.register(tx, "docker", "docker", 4);
                    tx.update(
                            "update project_remotes set forge = 'github' where project_id = ?",
                            project);
                    tx.update(
                            """
                            with t as (
                                insert into targets (name, runner_id)
                                select 't' || j.project_id, (select min(id) from runners)
                                from jobs j where j.run_id = ? returning id),
                            a as (
                                insert into attempts (job_id, project_id, number, runner_id, turn)
                                select j.id, j.project_id, 1, (select min(id) from runners), 1
                                from jobs j where j.run_id = ? returning id, project_id),
                            p as (
                                insert into placements (project_id, environment, app, target_id)
                                select a.project_id, 'production', 'cart', t.id from a, t
                                returning id),
                            h as (
                                insert into hosts (host, placement_id)
                                select 'cart' || p.id || '.example.com', p.id from p),
                            e as (
                                insert into releases (placement_id, number, image, engine_id, spec,
                                    config_version, cause)
                                select p.id, 1, 'x', 'y', '{}', 0, 'push' from p returning id)
                            insert into rollouts (project_id, number, placement_id, release_id,
                                attempt_id, fence, state, outcome)
                            select a.project_id, 5, p.id, e.id, a.id, 1,
                                case when ? = '' then 'starting' else 'ended' end, nullif(?, '')
                            from a, p, e
                            """,
                            run,
                            run,
                            outcome,
                            outcome);
                });
    }

    private List<String> records(String path) {
        return forge.asked().stream().filter(one -> one.startsWith("POST " + path + "\n")).toList();
    }

    @Test
    void aRolloutIsRecordedWhereTheForgeHasRecords() {
        forge.at("POST " + RECORDS, 201, Map.of(), "{\"id\":9}");
        long run = run(1);
        rollsOut(run, "");
        try (Answers answers = answers()) {
            await().atMost(LONG).until(() -> records(RECORDS + "/9/statuses").size() == 1);
            assertThat(records(RECORDS).getFirst())
                    .contains(
                            "\"environment\":\"production/cart\"",
                            "\"ref\":\"1234567890123456789012345678901234567890\"");
            assertThat(records(RECORDS + "/9/statuses").getFirst())
                    .contains("\"state\":\"in_progress\"", ".example.com\"");
            database.change(
                    tx ->
                            tx.update(
                                    """
                                    update rollouts set state = 'ended', outcome = 'failed',
                                        cause = 'cart does not listen', ended_at = now()
                                    where project_id = ?
                                    """,
                                    project));
            await().atMost(LONG).until(() -> records(RECORDS + "/9/statuses").size() == 2);
            assertThat(records(RECORDS + "/9/statuses").getLast())
                    .contains(
                            "\"state\":\"failure\"",
                            "\"description\":\"rollout 5 of cart failed: cart does not listen\"");
            assertThat(records(RECORDS)).hasSize(1);
        }
    }

    /// Killed after the record was made and before its id was written down.
    @Test
    void aRecordOfWhichNobodyKnowsIsFoundAgain() {
        long run = run(1);
        rollsOut(run, "succeeded");
        String nonce =
                database.transaction(
                        tx ->
                                tx.one(
                                        """
                                        insert into forge_answers (kind, run_id, project_id,
                                            rollout_id, fence)
                                        select 'rollout', ?, project_id, id, 1 from rollouts
                                        where project_id = ? returning nonce
                                        """,
                                        row -> row.text("nonce"),
                                        run,
                                        project));
        forge.at(
                "GET " + RECORDS,
                200,
                Map.of(),
                "[{\"id\":7,\"payload\":\"\"},{\"id\":8,\"payload\":{\"slipway\":\"%s\"}}]"
                        .formatted(nonce));
        try (Answers answers = answers()) {
            await().atMost(LONG).until(() -> records(RECORDS + "/8/statuses").size() == 1);
            assertThat(records(RECORDS)).isEmpty();
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
        return Counts.number(
                database,
                """
                select extract(epoch from next_at - now())::bigint as n
                from forge_answers where run_id = ?
                """,
                run);
    }
}
