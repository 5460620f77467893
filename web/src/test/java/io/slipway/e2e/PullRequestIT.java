package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// What a real Gitea sends: a push and pull requests, one of them from a stranger's fork, until its
/// own API says how the commits stand.
class PullRequestIT {
    private static final String PASSES =
            """
            jobs: { test: { image: busybox, steps: [ cat words ] } }
            apps: {}
            """;

    @Test
    void whatGiteaSendsRunsAndAStrangersPullRequestWaits() throws IOException {
        try (GiteaServer gitea = new GiteaServer();
                Slipway slipway =
                        SlipwayExtension.start(Map.of("SLIPWAY_EGRESS_ALLOW", gitea.url()))) {
            gitea.api("POST", "/user/repos", "{\"name\":\"shop\"}");
            Git git = slipway.repository("unused");
            git.must("remote", "add", "gitea", gitea.pushUrl("admin/shop"));
            git.write(".slipway.yml", PASSES).write("words", "hello\n").commit("First");
            git.must("push", "-q", "gitea", "main");
            connect(gitea, slipway, git);
            Await.until("its first commit has a run", () -> runs(slipway).size() == 1);

            git.write("words", "more\n").commit("Second");
            git.must("push", "-q", "gitea", "main");
            Await.until(
                    "the hook told of the push",
                    () -> runs(slipway).contains("push trusted refs/heads/main" + " " + head(git)));

            JsonNode fork = gitea.api(gitea.stranger(), "POST", "/repos/admin/shop/forks", "{}");
            String name = fork.path("full_name").asString("");
            String owner = name.substring(0, name.indexOf('/'));
            offer(gitea, name, "README", "mine");
            gitea.api(
                    gitea.stranger(),
                    "POST",
                    "/repos/admin/shop/pulls",
                    "{\"title\":\"Mine\",\"base\":\"main\",\"head\":\"" + owner + ":main\"}");
            Await.until("the pull request has a run", () -> foreign(slipway) == 1);
            assertThat(started(slipway)).isZero();

            JsonNode waiting = slipway.api("/projects/admin%2Fshop/runs/" + latest(slipway));
            assertThat(waiting.path("jobs").path(0).path("state").asString(""))
                    .isEqualTo("waiting");
            assertThat(waiting.path("jobs").path(0).path("waits").asString("")).isEqualTo("trust");
            assertThat(slipway.run(git.folder(), "", "status", "-p", "admin/shop").output())
                    .contains("waits for trust", "slipway approve " + latest(slipway));
            comment(gitea, gitea.stranger(), "/slipway approve " + commit(slipway));
            comment(gitea, gitea.token(), "/slipway approve " + commit(slipway).substring(0, 12));
            Await.until(
                    "what proves nothing was read",
                    () -> deliveries(slipway).contains("issue_comment nothing"));
            assertThat(started(slipway)).isZero();

            comment(gitea, gitea.token(), "/slipway approve " + commit(slipway));
            Await.until("what a comment agreed to ran", () -> succeeded(slipway) == 1);
            assertThat(approvedBy(slipway)).isEqualTo("admin on 127.0.0.1");

            offer(gitea, name, "LICENSE", "mine too");
            Await.until("its new commit has another run", () -> foreign(slipway) == 2);
            assertThat(succeeded(slipway)).isEqualTo(1);
            click(slipway);
            Await.until("what a click agreed to ran", () -> succeeded(slipway) == 2);

            offer(gitea, name, "NOTICE", "and more");
            Await.until("the commit after that has another run", () -> foreign(slipway) == 3);
            int run = latest(slipway);
            assertThat(succeeded(slipway)).isEqualTo(2);
            Program.Ended approved =
                    slipway.run(git.folder(), "", "approve", "-p", "admin/shop", "" + run);
            assertThat(approved.output())
                    .contains(
                            "pull request 1 by stranger: commit " + commit(slipway),
                            "approved: run " + run);
            Await.until("what was approved ran", () -> succeeded(slipway) == 3);

            Program.Ended trusted =
                    slipway.run(git.folder(), "", "trust", "-p", "admin/shop", "stranger");
            assertThat(trusted.output()).contains("admin/shop trusts stranger (id ");
            offer(gitea, name, "AUTHORS", "known");
            Await.until("somebody who is trusted needs no word", () -> succeeded(slipway) == 4);
            assertThat(secrets(slipway)).isZero();

            assertThat(deliveries(slipway))
                    .contains("push started", "pull_request started", "issue_comment started");

            Await.until(
                    "what was open when it was connected is known",
                    () ->
                            count(
                                            slipway,
                                            "select count(*) as n from project_remotes where"
                                                    + " pulls_since is not null")
                                    == 1);
            slipway.kill();
            offer(gitea, name, "MISSED", "nobody heard");
            slipway.startAgain();
            Await.until("what was offered meanwhile is found", () -> foreign(slipway) == 5);
        }
    }

    private static void connect(GiteaServer gitea, Slipway slipway, Git git) throws IOException {
        Path token = Folders.write(slipway.folder().resolve("gitea-token"), gitea.token() + "\n");
        Program.Ended connected =
                slipway.run(
                        git.folder(),
                        "",
                        "connect",
                        "gitea",
                        gitea.url(),
                        "admin/shop",
                        "--token-file",
                        token.toString());
        assertThat(connected.code()).as(connected.output()).isZero();
    }

    private static void comment(GiteaServer gitea, String by, String text) {
        gitea.api(by, "POST", "/repos/admin/shop/issues/1/comments", "{\"body\":\"" + text + "\"}");
    }

    /// What the button of the run's page sends.
    private static void click(Slipway slipway) {
        String path = "/projects/admin%2Fshop/runs/" + latest(slipway) + "/approvals";
        JsonNode seen = slipway.api(path).path("trust");
        assertThat(seen.path("waits").asBoolean()).isTrue();
        slipway.api(
                "POST",
                path,
                "{\"commit\":\"%s\",\"definition\":\"%s\"}"
                        .formatted(
                                seen.path("commit").asString(""),
                                seen.path("definition").asString("")));
    }

    private static void offer(GiteaServer gitea, String fork, String file, String text) {
        String content =
                java.util.Base64.getEncoder()
                        .encodeToString(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        gitea.api(
                gitea.stranger(),
                "POST",
                "/repos/" + fork + "/contents/" + file,
                "{\"content\":\"" + content + "\",\"branch\":\"main\",\"message\":\"Add it\"}");
    }

    private static String head(Git git) {
        return git.must("rev-parse", "HEAD").strip();
    }

    private static List<String> runs(Slipway slipway) {
        return slipway.read(
                tx ->
                        tx.query(
                                """
                                select trigger || ' ' || source_trust || ' ' || ref || ' ' || commit
                                    as s
                                from runs order by id
                                """,
                                row -> row.text("s")));
    }

    private static List<String> deliveries(Slipway slipway) {
        return slipway.read(
                tx ->
                        tx.query(
                                """
                                select distinct event || ' ' || coalesce(verdict, '') as s
                                from webhook_deliveries
                                """,
                                row -> row.text("s")));
    }

    private static long foreign(Slipway slipway) {
        return count(slipway, "select count(*) as n from runs where source_trust = 'fork'");
    }

    private static long started(Slipway slipway) {
        return count(
                slipway,
                """
                select count(*) as n from attempts a join jobs j on j.id = a.job_id
                join runs u on u.id = j.run_id
                where u.source_trust = 'fork' and a.started_at is not null
                """);
    }

    private static long succeeded(Slipway slipway) {
        return count(
                slipway,
                """
                select count(*) as n from runs
                where source_trust = 'fork' and outcome = 'succeeded'
                """);
    }

    private static int latest(Slipway slipway) {
        return (int)
                count(
                        slipway,
                        "select max(number)::bigint as n from runs where source_trust = 'fork'");
    }

    private static String commit(Slipway slipway) {
        return text(
                slipway,
                "select commit as s from runs where source_trust = 'fork' order by id desc limit"
                        + " 1");
    }

    private static String approvedBy(Slipway slipway) {
        return text(
                slipway,
                "select approved_by as s from runs where source_trust = 'fork' order by id limit"
                        + " 1");
    }

    private static String text(Slipway slipway, String sql) {
        return slipway.read(tx -> tx.one(sql, row -> row.text("s")));
    }

    /// Attempts of forks that took a version of the configuration, or a credential.
    private static long secrets(Slipway slipway) {
        return count(
                slipway,
                """
                select count(*) as n from attempts a join jobs j on j.id = a.job_id
                join runs u on u.id = j.run_id
                where u.source_trust = 'fork' and (a.config_version is not null
                    or exists (select 1 from tokens t where t.attempt_id = a.id))
                """);
    }

    private static long count(Slipway slipway, String sql) {
        return slipway.read(tx -> tx.one(sql, row -> row.number("n")));
    }
}
