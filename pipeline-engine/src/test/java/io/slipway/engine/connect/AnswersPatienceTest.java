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
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// What forges are told although they don't take it, and of runs that most tools forget: of forks,
/// of what was left out, of what has an address.
@ExtendWith(DatabaseExtension.class)
final class AnswersPatienceTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String COMMIT = "1234567890123456789012345678901234567890";
    private static final String STATUSES = "POST /api/v1/repos/team/shop/statuses/" + COMMIT;
    private static final String COMMENTS = "/api/v1/repos/team/shop/issues/3/comments";

    @TempDir Path temp;
    private final Database database;
    private ScriptedForge forge;
    private Egress egress;
    private Remotes remotes;
    private String name;
    private long project;
    private int runs;

    AnswersPatienceTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void connect() throws IOException {
        forge = new ScriptedForge();
        egress = new Egress(EgressRules.parse(List.of(forge.origin())));
        remotes = new Remotes(SealingKey.at(temp.resolve("key")));
        name = "a" + UUID.randomUUID().toString().substring(0, 8);
        database.change(
                tx -> {
                    tx.update("delete from forge_answers");
                    tx.update("delete from project_remotes");
                    tx.update("delete from pull_requests");
                    RunnerSlots.register(tx, "docker", "docker", 4);
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

    private long run(String ref) {
        return database.transaction(
                tx -> {
                    long run =
                            tx.one(
                                    """
                                    insert into runs (project_id, number, trigger, ref, commit)
                                    values (?, ?, 'push', ?, ?) returning id
                                    """,
                                    row -> row.number("id"),
                                    project,
                                    ++runs,
                                    ref,
                                    COMMIT);
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

    /// Of another run, which is told in a later round, when the first has been done with.
    private void awaitAnother() {
        long other = run("refs/heads/other" + UUID.randomUUID());
        await().atMost(LONG).until(() -> row(other).equals("queued 0"));
    }

    private String row(long run) {
        return database.read(
                tx ->
                        tx.first(
                                        """
                                        select concat_ws(' ', coalesce(nullif(sent, ''), '-'), failures) as line
                                        from forge_answers where run_id = ?
                                        """,
                                        row -> row.text("line"),
                                        run)
                                .orElse(""));
    }

    @Test
    void whoWasReplacedWritesNotWhatBecameOfAnAnswer() {
        for (int status : List.of(201, 500)) {
            forge.before(
                            () ->
                                    database.change(
                                            tx ->
                                                    tx.update(
                                                            "update forge_answers"
                                                                    + " set fence = fence + 1")))
                    .next(status, Map.of(), "{}");
            long run = run("refs/heads/main" + status);
            try (Answers answers = answers()) {
                await().atMost(LONG).until(() -> !forge.asked().isEmpty());
                awaitAnother();
            }
            assertThat(row(run)).as("answered " + status).isEqualTo("- 0");
            database.change(tx -> tx.update("delete from forge_answers"));
            database.change(tx -> tx.update("delete from runs"));
            forge.forget();
        }
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

    private List<String> told(String request) {
        return forge.asked().stream().filter(one -> one.startsWith(request)).toList();
    }

    private long failures(long run) {
        return Counts.number(
                database,
                "select coalesce(max(failures), 0)::bigint as n from forge_answers where run_id ="
                        + " ?",
                run);
    }

    private long pause(long run) {
        return Counts.number(
                database,
                """
                select extract(epoch from next_at - now())::bigint as n
                from forge_answers where run_id = ?
                """,
                run);
    }

    private void again(long run, int failures, String since) {
        database.change(
                tx ->
                        tx.update(
                                """
                                update forge_answers
                                set failures = ?, next_at = now(),
                                    failing_since = now() - ?::interval
                                where run_id = ?
                                """,
                                failures,
                                since,
                                run));
    }

    @Test
    void whatIsNotTakenIsTriedAgainEverLaterForADayAndThenNoMore() {
        forge.at(STATUSES, 503, Map.of(), "");
        long run = run("refs/heads/main");
        try (Answers answers = answers()) {
            await().atMost(LONG).until(() -> failures(run) == 1);
            again(run, 5, "1 hour");
            await().atMost(LONG).until(() -> failures(run) == 6);
            assertThat(pause(run)).isBetween(20L, 32L);
            again(run, 11, "23 hours");
            await().atMost(LONG).until(() -> failures(run) == 12);
            assertThat(pause(run)).as("ten minutes at most").isBetween(580L, 600L);
            again(run, 20, "25 hours");
            await().atMost(LONG).until(() -> failures(run) == 21);
            int tries = told(STATUSES).size();
            assertThat(isOver(run)).isTrue();
            again(run, 21, "25 hours");
            ends(run, "succeeded", "");
            long other = otherIsTold();
            assertThat(failures(other)).isZero();
            assertThat(told(STATUSES)).as("nothing more is said of it").hasSize(tries);
        }
    }

    private boolean isOver(long run) {
        return Counts.number(
                        database,
                        "select count(*) as n from forge_answers where run_id = ? and over",
                        run)
                == 1;
    }

    /// Another run of another commit, which is told by whoever looks next.
    private long otherIsTold() {
        String commit = "2".repeat(40);
        long run =
                database.transaction(
                        tx ->
                                tx.one(
                                        """
                                        insert into runs (project_id, number, trigger, ref, commit)
                                        values (?, 2, 'push', 'refs/heads/side', ?) returning id
                                        """,
                                        row -> row.number("id"),
                                        project,
                                        commit));
        await().atMost(LONG)
                .until(() -> !told("POST /api/v1/repos/team/shop/statuses/" + commit).isEmpty());
        return run;
    }

    @Test
    void aForksCommitIsToldOfAsWell() {
        long run = run("refs/pull/3/head");
        try (Answers answers = answers()) {
            await().atMost(LONG).until(() -> told(STATUSES).size() == 1);
            assertThat(told(STATUSES).getFirst()).contains("\"state\":\"pending\"");
            ends(run, "cancelled", "somebody did not agree");
            await().atMost(LONG).until(() -> told(STATUSES).size() == 2);
            assertThat(told(STATUSES).getLast())
                    .contains(
                            "\"state\":\"error\"",
                            "\"description\":\"run 1 cancelled: somebody did not agree\"");
        }
    }

    /// Whatever was left out, a required check gets its answer, with the reason.
    @Test
    void aRunInWhichEverythingWasLeftOutHasPassed() {
        long run = run("refs/heads/main");
        ends(run, "skipped", "the commit's message says [skip ci]");
        try (Answers answers = answers()) {
            await().atMost(LONG).until(() -> told(STATUSES).size() == 1);
            assertThat(told(STATUSES).getFirst())
                    .contains(
                            "\"state\":\"success\"",
                            "\"description\":\"run 1 skipped: the commit's message says [skip"
                                    + " ci]\"");
        }
    }

    @Test
    void aPullRequestsCommentSaysWhereItsAppsAre() {
        forge.at("POST " + COMMENTS, 201, Map.of(), "{\"id\":55}");
        database.change(
                tx ->
                        tx.update(
                                """
                                insert into pull_requests (project_id, number, open, draft,
                                    foreign_head, head_ref, head_commit, base_ref)
                                values (?, 3, true, false, false, 'refs/heads/change', null,
                                    'refs/heads/main')
                                """,
                                project));
        long run = run("refs/heads/change");
        rolledOut(run);
        ends(run, "succeeded", "");
        try (Answers answers = answers()) {
            await().atMost(LONG).until(() -> told("POST " + COMMENTS).size() == 1);
            assertThat(told("POST " + COMMENTS).getFirst())
                    .contains("\\n- `cart` in `preview`: https://" + name + ".example.com\\n");
        }
    }

    private void rolledOut(long run) {
        database.change(
                tx ->
                        tx.update(
                                """
                                with t as (
                                    insert into targets (name, runner_id)
                                    values (?, (select min(id) from runners)) returning id),
                                a as (
                                    insert into attempts (job_id, project_id, number, runner_id,
                                        turn)
                                    select j.id, j.project_id, 1, (select min(id) from runners), 1
                                    from jobs j where j.run_id = ? returning id, project_id),
                                p as (
                                    insert into placements (project_id, environment, app, target_id)
                                    select a.project_id, 'preview', 'cart', t.id from a, t
                                    returning id),
                                h as (
                                    insert into hosts (host, placement_id)
                                    select ?, p.id from p),
                                e as (
                                    insert into releases (placement_id, number, image, engine_id,
                                        spec, config_version, cause)
                                    select p.id, 1, 'x', 'y', '{}', 0, 'push' from p returning id)
                                insert into rollouts (project_id, number, placement_id, release_id,
                                    attempt_id, fence, state, outcome)
                                select a.project_id, 5, p.id, e.id, a.id, 1, 'ended', 'succeeded'
                                from a, p, e
                                """,
                                name,
                                run,
                                name + ".example.com"));
    }
}
