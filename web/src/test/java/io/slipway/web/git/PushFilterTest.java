package io.slipway.web.git;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Git;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// What `on` of the pushed definition does not take moves at once and starts nothing.
@ExtendWith(DatabaseExtension.class)
final class PushFilterTest {
    private static final String FILTERED =
            """
            on:
              push: { branches: [main], paths: ["src/**", .slipway.yml] }
              tag: { names: ["v*"] }
            jobs:
              test: { image: busybox, steps: [make test] }
            apps: {}
            """;

    @TempDir static Path temp;
    private static TestHost host;
    private Database database;
    private String project;
    private Git git;

    @BeforeAll
    static void start(Database database, Notifications notifications) throws Exception {
        host = new TestHost(database, notifications, temp, GitLimits.DEFAULT);
    }

    @AfterAll
    static void close() throws Exception {
        host.close();
    }

    @BeforeEach
    void source(Database database, TestInfo test) throws Exception {
        this.database = database;
        String name = test.getDisplayName().replaceAll("[^a-zA-Z]", "").toLowerCase();
        this.project = name.substring(0, Math.min(40, name.length()));
        this.git = host.source(project, FILTERED);
        host.jobs.succeeds("test");
        assertThat(git.run("push", "slipway", "HEAD:main").output()).contains("run 1");
    }

    private long project() {
        return Counts.number(database, "select id as n from projects where name = ?", project);
    }

    private long runs() {
        return Counts.number(
                database, "select count(*) as n from runs where project_id = ?", project());
    }

    private String lastReason() {
        return database.read(
                tx ->
                        tx.one(
                                """
                                select result || ': ' || coalesce(reason, '') as s
                                from deliveries where project_id = ?
                                order by received_at desc limit 1
                                """,
                                row -> row.text("s"),
                                project()));
    }

    @Test
    void filesThatOnDoesNotTake() {
        CommitId before = git.head();
        CommitId docs = git.write("docs/a.md", "text").commit("Words");
        Git.Ended ended = git.run("push", "slipway", "HEAD:main");

        assertThat(ended.code()).as(ended.output()).isZero();
        String why = "no file of on.push.paths has changed since " + before.brief();
        assertThat(ended.output().replaceAll("\\s+remote:\\s+", " ").replaceAll("\\s+", " "))
                .contains("main: no run: " + why);
        assertThat(host.repositories.at(project(), "refs/heads/main")).contains(docs);
        assertThat(runs()).isEqualTo(1);
        assertThat(lastReason()).isEqualTo("moved: " + why);
    }

    @Test
    void theNextPushIsComparedWithWhatRan() {
        git.write("src/a", "x").commit("Source");
        CommitId both = git.write("docs/a.md", "text").commit("Words");
        Git.Ended ended = git.run("push", "slipway", "HEAD:main");

        assertThat(ended.output()).contains("run 2").doesNotContain("no run");
        assertThat(host.repositories.at(project(), "refs/heads/main")).contains(both);
    }

    @Test
    void branchesAndTagsThatOnDoesNotTake() {
        git.must("tag", "nightly");
        git.must("tag", "v1");
        Git.Ended ended = git.run("push", "slipway", "HEAD:feature", "nightly", "v1");

        assertThat(ended.code()).as(ended.output()).isZero();
        assertThat(ended.output())
                .contains("feature: no run: on.push does not take feature")
                .contains("nightly: no run: on.tag does not take nightly")
                .contains("run 2");
        assertThat(runs()).isEqualTo(2);
    }

    @Test
    void inAnAtomicPushItMovesWithTheOthers() {
        CommitId next = git.write("src/a", "x").commit("Source");
        git.must("tag", "nightly");
        Git.Ended ended =
                git.run("push", "--atomic", "slipway", "HEAD:main", "HEAD:feature", "nightly");

        assertThat(ended.code()).as(ended.output()).isZero();
        assertThat(runs()).isEqualTo(2);
        assertThat(host.repositories.at(project(), "refs/heads/main")).contains(next);
        assertThat(host.repositories.at(project(), "refs/heads/feature")).contains(next);
        assertThat(host.repositories.at(project(), "refs/tags/nightly")).contains(next);
    }

    @Test
    void whatWouldHappenIsTold() {
        Git.Ended ended = git.run("push", "-o", "slipway.plan", "slipway", "HEAD:feature");

        assertThat(ended.code()).isNotZero();
        assertThat(ended.output()).contains("no run: on.push does not take feature");
    }

    @Test
    void aBranchThatWaitedDoesSoAfterAPushThatStartedNothing() {
        git.write("docs/a.md", "text").commit("Words");
        git.must("push", "-q", "slipway", "HEAD:main");
        git.write(".slipway.yml", "nonsense").commit("Broken");
        Git.Ended ended = git.run("push", "slipway", "HEAD:main");

        assertThat(ended.code()).isNotZero();
        assertThat(ended.output()).contains("1 problem in .slipway.yml");
    }
}
