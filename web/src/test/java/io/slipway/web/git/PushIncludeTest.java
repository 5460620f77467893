package io.slipway.web.git;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Principals;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Tokens;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Git;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// A pushed definition that includes another project's file.
@ExtendWith(DatabaseExtension.class)
final class PushIncludeTest {
    @TempDir static Path temp;
    private static TestHost host;

    @BeforeAll
    static void start(Database database, Notifications notifications) throws Exception {
        host = new TestHost(database, notifications, temp, GitLimits.DEFAULT);
        host.jobs.succeeds("test");
        host.jobs.succeeds("other");
    }

    @AfterAll
    static void close() throws Exception {
        host.close();
    }

    static String flat(String output) {
        return output.replaceAll("\\s*remote:\\s+", " ").replaceAll("\\s+", " ");
    }

    static List<String> jobs(Database database, String project) {
        return database.read(
                tx ->
                        tx.query(
                                """
                                select j.name from jobs j join projects p on p.id = j.project_id
                                where p.name = ? order by j.id
                                """,
                                row -> row.text("name"),
                                project));
    }

    /// A token that may read and push one project.
    static String onlyFor(Database database, String project) {
        long id = Counts.number(database, "select id as n from projects where name = ?", project);
        return database.transaction(
                        tx ->
                                Tokens.issue(
                                        tx,
                                        Principals.ensure(tx, "bob", Principal.Kind.OPERATOR),
                                        new Tokens.Grant(
                                                "t", Set.of(Right.READ, Right.PUSH), id, null)))
                .reveal();
    }

    @Test
    void aFileIsPinnedToTheCommitThatItsTagPointedTo(Database database) throws Exception {
        Git shared = host.source("shared", "apps: {}\n");
        CommitId pinned =
                shared.write("java.yml", "jobs: { test: { image: busybox, steps: [make] } }\n")
                        .commit("Shared");
        shared.must("tag", "v3");
        shared.must("push", "-q", "slipway", "HEAD:main", "v3");
        Git git =
                host.source(
                        "takes",
                        "include: [{ project: shared, ref: v3, file: java.yml }]\napps: {}\n");
        Git.Ended ended = git.run("push", "slipway", "HEAD:main");

        assertThat(ended.code()).as(ended.output()).isZero();
        assertThat(flat(ended.output()))
                .contains(
                        "includes java.yml of shared at v3 ("
                                + pinned.hex().substring(0, 12)
                                + ")");
        assertThat(jobs(database, "takes")).containsExactly("test");

        shared.write("java.yml", "jobs: { other: { image: busybox, steps: [make] } }\n")
                .commit("Moved");
        shared.must("tag", "-f", "v3");
        shared.must("push", "-q", "-f", "slipway", "v3");
        git.write("a", "b").commit("Next");
        git.must("push", "-q", "slipway", "HEAD:main");
        assertThat(jobs(database, "takes")).containsExactly("test", "other");
    }

    @Test
    void aTokenThatIsGoodForOneProjectIncludesNoOther(Database database) throws Exception {
        Git closed = host.source("closed", "apps: {}\n");
        closed.write("java.yml", "jobs: { test: { image: busybox, steps: [make] } }\n").commit("x");
        closed.must("push", "-q", "slipway", "HEAD:main");
        Git git = host.source("alone", "apps: {}\n");
        git.must("push", "-q", "slipway", "HEAD:main");
        String token = onlyFor(database, "alone");
        git.write(".slipway.yml", "include: [{ project: closed, file: java.yml }]\napps: {}\n")
                .commit("Take it");
        Git.Ended ended = git.run("push", host.url("alone", token), "HEAD:main");

        assertThat(ended.code()).isNotZero();
        assertThat(flat(ended.output()))
                .contains("include: there is no project closed that you may read");
        git.must("push", "-q", "slipway", "HEAD:main");
        assertThat(jobs(database, "alone")).containsExactly("test");
    }

    @Test
    void whatIsNotThereIsAProblemOfTheRun(Database database) throws Exception {
        Git git =
                host.source(
                        "misses",
                        "include: [{ project: nowhere, file: a.yml }, { project: misses, ref: v9,"
                                + " file: a.yml }]\napps: {}\n");
        Git.Ended ended = git.run("push", "slipway", "HEAD:main");

        assertThat(ended.code()).isNotZero();
        assertThat(flat(ended.output()))
                .contains("include: there is no project nowhere that you may read")
                .contains("include: there is no tag or branch v9 in misses");
        assertThat(
                        Counts.number(
                                database,
                                "select count(*) as n from runs r join projects p on p.id ="
                                        + " r.project_id where p.name = ?",
                                "misses"))
                .isEqualTo(1);
    }
}
