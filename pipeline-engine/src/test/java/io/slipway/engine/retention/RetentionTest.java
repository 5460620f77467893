package io.slipway.engine.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.blob.FolderBlobStore;
import io.slipway.engine.image.OldImages;
import io.slipway.engine.image.Registry;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Git;
import io.slipway.engine.source.Repositories;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

@ExtendWith(DatabaseExtension.class)
final class RetentionTest {
    private static final String RUN =
            """
            with runner as (
                insert into runners (name, kind, slots) values (gen_random_uuid()::text, 'docker', 1)
                returning id),
            run as (
                insert into runs (project_id, number, trigger, ref, commit, state, outcome)
                values (?, ?, 'push', 'refs/heads/main', ?, 'ended', 'succeeded') returning id),
            job as (
                insert into jobs (run_id, project_id, position, name, kind, spec, state, outcome)
                select id, ?, 0, 'test', 'check', '{}', 'ended', 'succeeded' from run returning id)
            insert into attempts (job_id, project_id, number, turn, state, outcome, runner_id,
                                  removed_at)
            select job.id, ?, 1, 0, 'ended', 'succeeded', runner.id, now() from job, runner
            """;

    private static final String RELEASE =
            """
            insert into releases (placement_id, number, image, engine_id, spec, config_version, run_id,
                                  cause)
            select ?, ?, 'x', 'x', '{}', 0, id, 'push' from runs where project_id = ? and number = ?
            """;

    @TempDir Path temp;
    private final Database database;
    private Repositories repositories;
    private long project;

    RetentionTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void fiveRuns() throws Exception {
        repositories = new Repositories(temp.resolve("repositories"));
        project =
                database.transaction(
                        tx -> {
                            tx.update("delete from projects");
                            return Projects.create(tx, ProjectName.parse("shop"), null)
                                    .project()
                                    .id();
                        });
        repositories.create(project);
        Git git = Git.init(Files.createDirectory(temp.resolve("source")));
        for (int number = 1; number <= 5; number++) {
            int run = number;
            CommitId commit = git.write("file", "text " + number).commit("Commit " + number);
            git.must(
                    "push",
                    "-q",
                    temp.resolve("repositories/" + project + ".git").toString(),
                    "HEAD:refs/slipway/runs/" + number);
            database.change(
                    tx -> {
                        tx.update(RUN, project, run, commit.hex(), project, project);
                        tx.update("update projects set latest_run = ? where id = ?", run, project);
                    });
        }
    }

    private int removeAllBut(int runs) {
        try (Retention retention = new Retention(database, repositories, images(), runs, null)) {
            return retention.removeSome();
        }
    }

    private OldImages images() {
        Registry registry =
                new Registry(
                        database,
                        new FolderBlobStore(temp.resolve("blobs")),
                        new Registry.Limits(1 << 20, () -> false));
        return new OldImages(database, registry, (repository, tag, id) -> true, 50);
    }

    private List<Integer> runs() {
        return database.read(
                tx ->
                        tx.query(
                                "select number from runs where project_id = ? order by number",
                                row -> row.integer("number"),
                                project));
    }

    private boolean commitKept(int run) {
        return repositories.at(project, "refs/slipway/runs/" + run).isPresent();
    }

    @Test
    void theNewestAreKeptAndTheOthersGoWithTheirCommits() {
        assertThat(removeAllBut(2)).isEqualTo(3);
        assertThat(runs()).containsExactly(4, 5);
        assertThat(commitKept(3)).isFalse();
        assertThat(commitKept(4)).isTrue();
        assertThat(removeAllBut(2)).isZero();
    }

    @Test
    void whatIsNotOverStays() {
        database.change(
                tx -> {
                    tx.update("update runs set state = 'running', outcome = null where number = 1");
                    tx.update(
                            """
                            update attempts set removed_at = null where job_id in (
                                select j.id from jobs j join runs r on r.id = j.run_id
                                where r.number = 2)
                            """);
                });
        assertThat(removeAllBut(2)).isEqualTo(1);
        assertThat(runs()).containsExactly(1, 2, 4, 5);
    }

    /// While the first is removed somebody tries the second again.
    @Test
    void whatIsTriedAgainJustNowStays() {
        database.change(
                tx -> {
                    tx.update(
                            """
                            create function tried_again() returns trigger language plpgsql as $$
                            begin
                                update runs set state = 'running', outcome = null
                                where project_id = old.project_id and number = 2;
                                return null;
                            end $$
                            """);
                    tx.update(
                            """
                            create trigger tried_again after delete on runs
                            for each row when (old.number = 1) execute function tried_again()
                            """);
                });
        try {
            assertThat(removeAllBut(2)).isEqualTo(2);
            assertThat(runs()).containsExactly(2, 4, 5);
            assertThat(commitKept(2)).isTrue();
        } finally {
            database.change(
                    tx -> {
                        tx.update("drop trigger tried_again on runs");
                        tx.update("drop function tried_again()");
                    });
        }
    }

    @Test
    void aRunStaysWhoseReleaseIsLiveOrMayBeRolledBackTo() {
        long placement = placement();
        database.change(
                tx -> {
                    tx.update(RELEASE, placement, 1, project, 1);
                    tx.update(RELEASE, placement, 10, project, 2);
                    tx.update(RELEASE, placement, 25, project, 3);
                });
        assertThat(removeAllBut(2)).isEqualTo(1);
        assertThat(runs()).as("1 is too old to go back to").containsExactly(2, 3, 4, 5);
    }

    @Test
    void theRunOfTheLiveReleaseStaysHoweverOldItIs() {
        long placement = placement();
        database.change(
                tx -> {
                    tx.update(RELEASE, placement, 1, project, 1);
                    tx.update(RELEASE, placement, 90, project, 5);
                    tx.update(
                            """
                            update placements set live_release =
                                (select id from releases where placement_id = ? and number = 1)
                            where id = ?
                            """,
                            placement,
                            placement);
                });
        assertThat(removeAllBut(2)).isEqualTo(2);
        assertThat(runs()).containsExactly(1, 4, 5);
    }

    private long placement() {
        return database.transaction(
                tx ->
                        tx.one(
                                """
                                with runner as (
                                    insert into runners (name, kind, slots)
                                    values (gen_random_uuid()::text, 'docker', 1) returning id),
                                target as (
                                    insert into targets (name, runner_id)
                                    select gen_random_uuid()::text, id from runner returning id)
                                insert into placements (project_id, environment, app, target_id)
                                select ?, 'production', 'web', id from target returning id
                                """,
                                row -> row.number("id"),
                                project));
    }
}
