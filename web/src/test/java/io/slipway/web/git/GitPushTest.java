package io.slipway.web.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Git;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

@ExtendWith(DatabaseExtension.class)
final class GitPushTest {
    private static final String MAIN = "refs/heads/main";

    /// One job, and nothing to roll out: the default branch waits for it all the same.
    private static final String CHECKED =
            """
            jobs:
              test:
                image: busybox
                steps: [make test]
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
        this.git = host.source(project, CHECKED);
        host.jobs.succeeds("test");
    }

    private static final String RUNS =
            """
            select count(*) as n from runs r join projects p on p.id = r.project_id where p.name = ?
            """;

    private long id() {
        return Counts.number(database, "select id as n from projects where name = ?", project);
    }

    private Optional<CommitId> at(String ref) {
        return host.repositories.at(id(), ref);
    }

    private String states() {
        List<String> states =
                database.read(
                        tx ->
                                tx.query(
                                        """
                                        select state || '/' || coalesce(result, '-') as s
                                        from deliveries where project_id = ?
                                        order by received_at, ref
                                        """,
                                        row -> row.text("s"),
                                        id()));
        return String.join(" ", states);
    }

    private static String normal(String output) {
        return output.replaceAll("[0-9a-f]{7}\\b", "COMMIT")
                .replaceAll("\\d+\\.\\d s", "N s")
                .replaceAll(" +\\d+\\.\\ds", " TIME")
                .replaceAll("http://127.0.0.1:\\d+/", "HOST/")
                .replaceAll(" +\n", "\n");
    }

    @Test
    void firstPushCreatesTheProjectAndMovesTheBranchWhenTheRunSucceeds() {
        Git.Ended ended = git.run("push", "slipway", "HEAD");
        assertThat(ended.code()).as(ended.output()).isZero();
        assertThat(normal(ended.output()))
                .isEqualTo(
                        """
                        remote:
                        remote: created the project %1$s
                        remote: Slipway  %1$s  main COMMIT  "First"
                        remote: run 1   http://localhost:8080/%1$s/runs/1
                        remote: nothing is rolled out: .slipway.yml says apps: {}
                        remote:
                        remote:   test TIME   212 tests
                        remote: success: run 1 took TIME
                        remote: Slipway's own share: N s of N s
                        remote:
                        To HOST/%1$s.git
                         * [new branch]      HEAD -> main
                        """
                                .formatted(project));
    }

    @Test
    void aFailedRunLeavesTheBranchAndTheSamePushIsTheRetry() {
        host.jobs.on(
                "test",
                claim -> {
                    claim.log().line("CheckoutIT:161");
                    claim.log().line("  expected 200 but was 409");
                    return Verdict.failed(Reason.EXIT_CODE, "exit code 1", Map.of());
                });
        Git.Ended failed = git.run("push", "slipway", "HEAD");
        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.output())
                .contains("! [remote rejected] HEAD -> main (test failed, run 1)")
                .contains("remote: error: test failed: exit code 1")
                .contains("remote:     expected 200 but was 409")
                .contains("remote: hint: try again  push again, or slipway retry 1");
        assertThat(at(MAIN)).isEmpty();
        assertThat(at("refs/slipway/runs/1")).contains(git.head());
        host.jobs.succeeds("test");
        Git.Ended again = git.run("push", "slipway", "HEAD");
        assertThat(again.code()).as(again.output()).isZero();
        assertThat(again.output()).contains("[new branch]").contains("run 2 ");
        assertThat(at(MAIN)).contains(git.head());
        assertThat(states()).isEqualTo("settled/refused settled/moved");
    }

    @Test
    void anotherBranchMovesAtOnceAndItsFailureLeavesTheExitCode() {
        git.must("push", "slipway", "main");
        host.jobs.fails("test");
        git.must("checkout", "-q", "-b", "feature");
        git.write("b", "b").commit("Second");
        Git.Ended ended = git.run("push", "slipway", "feature");
        assertThat(ended.code()).as(ended.output()).isZero();
        assertThat(ended.output())
                .contains("remote: error: test failed: exit code 1")
                .contains("[new branch]");
        assertThat(at("refs/heads/feature")).contains(git.head());
    }

    @Test
    void aHeldBranchMovesOnlyAfterItsRunAndOthersBefore() throws Exception {
        git.must("push", "slipway", "main");
        git.must("checkout", "-q", "-b", "feature");
        git.must("checkout", "-q", "main");
        CommitId next = git.write("b", "b").commit("Second");
        CountDownLatch held = host.jobs.holds("test");
        Process push = git.start("push", "slipway", "main", "feature");
        await().until(() -> at("refs/heads/feature").isPresent());
        assertThat(at(MAIN)).isNotEqualTo(Optional.of(next));
        held.countDown();
        assertThat(push.waitFor()).isZero();
        assertThat(at(MAIN)).contains(next);
    }

    @Test
    void ctrlCLeavesTheRunAliveAndItMovesTheBranch() throws Exception {
        CountDownLatch held = host.jobs.holds("test");
        Process push = git.start("push", "slipway", "main");
        await().until(
                        () ->
                                Counts.number(database, RUNS, project) > 0
                                        && at("refs/slipway/runs/1").isPresent());
        push.destroy();
        push.waitFor();
        held.countDown();
        await().until(() -> at(MAIN).isPresent());
        await().until(() -> states().equals("settled/moved"));
    }

    @Test
    void ofTwoPushesAtOnceTheLaterIsToldWhereTheBranchIs() throws Exception {
        git.must("push", "slipway", "main");
        CommitId base = git.head();
        Git other = new Git(Files.createTempDirectory(temp, "other"));
        other.must("clone", "-q", host.url(project), ".");
        git.write("b", "b").commit("Mine");
        other.write("c", "c").commit("Theirs");
        CountDownLatch held = host.jobs.holds("test");
        Process mine = git.start("push", "slipway", "main");
        Process theirs = other.start("push", "origin", "main");
        await().until(() -> at("refs/slipway/runs/3").isPresent());
        held.countDown();
        String output =
                new String(mine.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                        + new String(
                                theirs.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(mine.waitFor() + theirs.waitFor()).as(output).isEqualTo(1);
        assertThat(output)
                .containsPattern(
                        "! \\[remote rejected\\] main -> main \\(main is at [0-9a-f]{7} by run"
                                + " [23]: fetch first\\)");
        assertThat(at(MAIN)).isPresent().isNotEqualTo(Optional.of(base));
    }

    @Test
    void aForcedPushMovesTheBranchBack() {
        git.must("push", "slipway", "main");
        CommitId first = git.head();
        git.write("b", "b").commit("Second");
        git.must("push", "slipway", "main");
        git.must("reset", "-q", "--hard", first.hex());
        assertThat(git.run("push", "slipway", "main").code()).isEqualTo(1);
        Git.Ended forced = git.run("push", "--force", "slipway", "main");
        assertThat(forced.code()).as(forced.output()).isZero();
        assertThat(at(MAIN)).contains(first);
    }

    @Test
    void anAtomicPushMovesNothingUntilAllRunsHaveSucceeded() {
        git.must("push", "slipway", "main");
        CommitId before = git.head();
        git.write("b", "b").commit("Second");
        git.must("tag", "v1");
        git.must("branch", "feature");
        host.jobs.fails("test");
        Git.Ended failed = git.run("push", "--atomic", "slipway", "main", "feature", "v1");
        assertThat(failed.code()).isEqualTo(1);
        assertThat(at(MAIN)).contains(before);
        assertThat(at("refs/heads/feature")).isEmpty();
        assertThat(at("refs/tags/v1")).isEmpty();
        host.jobs.succeeds("test");
        Git.Ended moved = git.run("push", "--atomic", "slipway", "main", "feature", "v1");
        assertThat(moved.code()).as(moved.output()).isZero();
        assertThat(at(MAIN)).contains(git.head());
        assertThat(at("refs/heads/feature")).contains(git.head());
        assertThat(at("refs/tags/v1")).contains(git.head());
    }

    @Test
    void aTagMovesAtOnceAndItsFailedRunIsOnlyTold() {
        git.must("push", "slipway", "main");
        host.jobs.fails("test");
        git.must("tag", "-a", "v1", "-m", "One");
        Git.Ended ended = git.run("push", "slipway", "v1");
        assertThat(ended.code()).as(ended.output()).isZero();
        assertThat(ended.output()).contains("remote: error: test failed");
        assertThat(at("refs/tags/v1")).isPresent();
    }

    @Test
    void theDefaultBranchCannotBeDeletedAndOthersCan() {
        git.must("push", "slipway", "main", "main:feature");
        Git.Ended main = git.run("push", "slipway", ":main");
        assertThat(main.code()).isEqualTo(1);
        assertThat(main.output()).contains("(main is the default branch)");
        Git.Ended feature = git.run("push", "slipway", ":feature");
        assertThat(feature.code()).as(feature.output()).isZero();
        assertThat(at("refs/heads/feature")).isEmpty();
        assertThat(at(MAIN)).isPresent();
    }

    @Test
    void optionsSkipPlanAndDoNotWait() throws Exception {
        Git.Ended planned = git.run("push", "-o", "slipway.plan", "slipway", "main");
        assertThat(planned.code()).isEqualTo(1);
        assertThat(planned.output())
                .contains("plan for main at " + git.head().brief())
                .contains("checks in busybox, 1 step")
                .contains("(planned only, nothing moved)");
        assertThat(
                        Counts.number(
                                database,
                                "select latest_run as n from projects where id = ?",
                                id()))
                .isZero();
        Git.Ended skipped = git.run("push", "-o", "slipway.skip", "slipway", "main");
        assertThat(skipped.code()).as(skipped.output()).isZero();
        assertThat(at(MAIN)).contains(git.head());
        assertThat(
                        Counts.number(
                                database,
                                "select latest_run as n from projects where id = ?",
                                id()))
                .isZero();
        CountDownLatch held = host.jobs.holds("test");
        CommitId second = git.write("b", "b").commit("Second");
        Git.Ended quick = git.run("push", "-o", "slipway.wait=none", "slipway", "main");
        assertThat(quick.code()).as(quick.output()).isZero();
        assertThat(quick.output()).contains("remote: run 1 ");
        assertThat(at(MAIN)).contains(second);
        held.countDown();
        Git.Ended wrong = git.run("push", "-o", "slipway.wat", "slipway", "main:other");
        assertThat(wrong.output()).contains("(there is no option slipway.wat)");
    }

    @Test
    void slipwaysOwnRefsAreNeitherSeenNorFetchedNorPushed() throws Exception {
        git.must("push", "slipway", "main");
        host.jobs.fails("test");
        git.write("b", "b").commit("Second");
        git.run("push", "slipway", "main");
        CommitId hidden = at("refs/slipway/runs/2").orElseThrow();
        assertThat(git.must("ls-remote", "slipway")).doesNotContain("refs/slipway");
        Git other = Git.init(Files.createTempDirectory(temp, "other"));
        for (String version : new String[] {"0", "2"}) {
            Git.Ended fetched =
                    other.run(
                            "-c",
                            "protocol.version=" + version,
                            "fetch",
                            host.url(project),
                            hidden.hex());
            assertThat(fetched.code()).as(fetched.output()).isNotZero();
        }
        Git.Ended pushed = git.run("push", "slipway", "main:refs/slipway/runs/9");
        assertThat(pushed.code()).isEqualTo(1);
        assertThat(pushed.output()).contains("(refs/slipway is Slipway's own)");
        assertThat(at("refs/slipway/runs/9")).isEmpty();
    }

    @Test
    void aFileWithProblemsIsAFailedRunThatNamesThemAll() throws Exception {
        git.write(".slipway.yml", "jobs:\n  test:\n    imag: busybox\n    steps: [x]\n");
        git.commit("Broken");
        Git.Ended ended = git.run("push", "slipway", "main");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output()).contains(".slipway.yml:3:5").contains(".slipway.yml, run 1)");
        assertThat(at(MAIN)).isEmpty();
    }

    @Test
    void clonesAreShallowOrWholeInEveryProtocol() throws Exception {
        git.write("b", "b").commit("Second");
        git.must("push", "slipway", "main");
        for (String version : new String[] {"0", "1", "2"}) {
            Git clone = new Git(Files.createTempDirectory(temp, "clone"));
            clone.must(
                    "-c",
                    "protocol.version=" + version,
                    "clone",
                    "-q",
                    "--depth",
                    "1",
                    host.url(project),
                    ".");
            assertThat(clone.must("log", "--format=%s")).isEqualTo("Second");
            assertThat(clone.must("rev-parse", "--abbrev-ref", "HEAD")).isEqualTo("main");
            clone.must("-c", "protocol.version=" + version, "fetch", "-q", "--unshallow");
            assertThat(clone.must("log", "--format=%s")).isEqualTo("Second\nFirst");
        }
    }

    @Test
    void aPushOfMoreThanOneMegabyteArrives() throws Exception {
        byte[] random = new byte[3 << 20];
        new java.util.Random(7).nextBytes(random);
        Files.write(git.folder().resolve("large.bin"), random);
        git.commit("Large");
        Git.Ended ended = git.run("push", "slipway", "main");
        assertThat(ended.code()).as(ended.output()).isZero();
        Git clone = new Git(Files.createTempDirectory(temp, "clone"));
        clone.must("clone", "-q", host.url(project), ".");
        assertThat(clone.folder().resolve("large.bin")).hasBinaryContent(random);
    }

    @Test
    void aWrongTokenOrNoneCreatesNothing() {
        for (String url :
                new String[] {
                    host.url(project, "wrong"),
                    "http://127.0.0.1:" + host.port + "/" + project + ".git"
                }) {
            Git.Ended ended = git.run("push", url, "main");
            assertThat(ended.code()).isEqualTo(128);
            assertThat(git.run("ls-remote", url).code()).isEqualTo(128);
        }
        assertThat(
                        Counts.number(
                                database,
                                "select count(*) as n from projects where name = ?",
                                project))
                .isZero();
    }

    @Test
    void aQuietPushIsKeptAlive() throws Exception {
        CountDownLatch held = host.jobs.holds("test");
        Instant start = Instant.now();
        git.must("config", "http.lowSpeedLimit", "1");
        git.must("config", "http.lowSpeedTime", "7");
        Process push = git.start("push", "slipway", "main");
        await().atMost(java.time.Duration.ofSeconds(30))
                .until(() -> Instant.now().isAfter(start.plusSeconds(14)) || !push.isAlive());
        assertThat(push.isAlive()).isTrue();
        held.countDown();
        assertThat(push.waitFor()).isZero();
    }
}
