package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// A project that follows a repository of a real Gitea, from `slipway connect` to what Gitea's own
/// API says of the commits.
class GiteaIT {
    private static final String PASSES =
            """
            jobs: { test: { image: busybox, steps: [ cat words ] } }
            apps: {}
            """;

    @Test
    void aRepositoryOfGiteaIsFollowedAndToldHowItsCommitsStand() {
        try (GiteaServer gitea = new GiteaServer();
                Slipway slipway =
                        SlipwayExtension.start(Map.of("SLIPWAY_EGRESS_ALLOW", gitea.url()))) {
            Git git = repository(gitea, slipway, "shop");
            git.write(".slipway.yml", PASSES).write("words", "hello\n").commit("First");
            git.must("push", "-q", "gitea", "main");
            Path token = token(gitea, slipway);
            assertThat(
                            slipway.run(
                                            git.folder(),
                                            "",
                                            "connect",
                                            "gitea",
                                            gitea.url(),
                                            "--token-file",
                                            token.toString())
                                    .output())
                    .contains("admin/shop\n");
            connect(gitea, slipway, git, "admin/shop");
            String first = head(git);
            assertThat(ends(gitea, "shop", first)).isEqualTo("success");
            JsonNode told = newest(gitea, "shop", first);
            assertThat(told.path("context").asString("")).isEqualTo("slipway");
            assertThat(told.path("target_url").asString("")).endsWith("/admin/shop/runs/1");
            assertThat(told.path("description").asString("")).isEqualTo("run 1 succeeded");

            git.write(".slipway.yml", PASSES.replace("cat words", "exit 3")).commit("Broken");
            git.must("push", "-q", "gitea", "main");
            assertThat(ends(gitea, "shop", head(git))).isEqualTo("failure");
            assertThat(newest(gitea, "shop", head(git)).path("description").asString(""))
                    .isEqualTo("run 2 failed: test failed: exit code 3");

            git.must("tag", "v1", first);
            git.must("push", "-q", "gitea", "v1");
            Await.until("the tag has a run", () -> runs(slipway).contains("refs/tags/v1"));

            git.must("switch", "-q", "-c", "side", first);
            git.write("words", "side\n").commit("Side");
            git.must("push", "-q", "gitea", "side");
            assertThat(ends(gitea, "shop", head(git))).isEqualTo("success");
            git.must("push", "-q", "gitea", ":side");
            Await.until(
                    "the branch is gone here as well",
                    () -> !branches(slipway).contains("refs/heads/side"));
            assertThat(git.run("push", "slipway", "side").output()).contains("it follows http");
            aPullRequestHasOneComment(gitea, git, first);
            missedWhileItWasDown(gitea, slipway, git);
        }
    }

    @Test
    void aRepositoryWithoutAFileIsRolledOutOnceItIsEnabled() {
        try (GiteaServer gitea = new GiteaServer();
                Slipway slipway =
                        SlipwayExtension.start(Map.of("SLIPWAY_EGRESS_ALLOW", gitea.url()))) {
            Git git = repository(gitea, slipway, "page");
            git.write("Dockerfile", Apps.SERVES).write("index.html", "one").commit("First");
            git.must("push", "-q", "gitea", "main");
            connect(gitea, slipway, git, "admin/page");
            assertThat(ends(gitea, "page", head(git))).isEqualTo("success");
            assertThat(slipway.get("admin-page.localhost", "/").status()).isEqualTo(404);

            assertThat(slipway.run(git.folder(), "", "enable", "admin/page").output())
                    .contains("admin/page rolls out: run 2");
            Await.until(
                    "the commit that was there is rolled out",
                    () -> slipway.get("admin-page.localhost", "/").status() == 200);
            assertThat(slipway.page("admin-page.localhost", "/")).isEqualTo("one");
            git.write("index.html", "two").commit("Second");
            git.must("push", "-q", "gitea", "main");
            assertThat(ends(gitea, "page", head(git))).isEqualTo("success");
            assertThat(slipway.page("admin-page.localhost", "/")).isEqualTo("two");
        }
    }

    @Test
    void commitsComeBySshAndARenamedRepositoryIsFollowed() throws IOException {
        try (GiteaServer gitea = GiteaServer.withSsh();
                Slipway slipway =
                        SlipwayExtension.start(
                                Map.of(
                                        "SLIPWAY_EGRESS_ALLOW",
                                        gitea.url() + "," + gitea.sshOrigin()))) {
            Git git = repository(gitea, slipway, "keys");
            git.write(".slipway.yml", PASSES).write("words", "hello\n").commit("First");
            git.must("push", "-q", "gitea", "main");
            Program.Ended unconfirmed = bySsh(gitea, slipway, git);
            assertThat(unconfirmed.code()).isNotZero();
            assertThat(unconfirmed.output())
                    .contains("shows the key " + gitea.hostKey(), "nobody confirmed");
            Program.Ended another = bySsh(gitea, slipway, git, "--host-key", "SHA256:another");
            assertThat(another.code()).isNotZero();
            assertThat(another.output()).contains("its server's key is " + gitea.hostKey());
            Program.Ended connected = bySsh(gitea, slipway, git, "--host-key", gitea.hostKey());
            assertThat(connected.output()).isEqualTo("admin/keys is connected as admin/keys\n");
            JsonNode key = gitea.api("GET", "/repos/admin/keys/keys", "").path(0);
            assertThat(key.path("title").asString("")).isEqualTo("Slipway");
            assertThat(key.path("read_only").asBoolean()).isTrue();
            assertThat(ends(gitea, "keys", head(git))).isEqualTo("success");

            gitea.api("PATCH", "/repos/admin/keys", "{\"name\":\"words\"}");
            git.must("remote", "set-url", "gitea", gitea.pushUrl("admin/words"));
            git.write("words", "again\n").commit("Second");
            git.must("push", "-q", "gitea", "main");
            assertThat(ends(gitea, "words", head(git))).isEqualTo("success");
            assertThat(remotes(slipway))
                    .containsExactly(
                            "admin/keys admin/words %s/admin/words.git"
                                    .formatted(gitea.sshOrigin().replace("://", "://git@")));
            assertThat(runs(slipway)).hasSize(2);
        }
    }

    @Test
    void oneHookOfAnOrganisationTellsOfAllItsRepositories() {
        try (GiteaServer gitea = new GiteaServer();
                Slipway slipway =
                        SlipwayExtension.start(Map.of("SLIPWAY_EGRESS_ALLOW", gitea.url()))) {
            gitea.api("POST", "/orgs", "{\"username\":\"team\"}");
            Git one = inOrganisation(gitea, slipway, "one");
            Git two = inOrganisation(gitea, slipway, "two");
            Program.Ended connected =
                    slipway.run(
                            one.folder(),
                            "",
                            "connect",
                            "gitea",
                            gitea.url(),
                            "--organisation",
                            "team",
                            "--all",
                            "--poll",
                            "12h",
                            "--token-file",
                            token(gitea, slipway).toString());
            assertThat(connected.output().lines())
                    .containsExactlyInAnyOrder(
                            "team/one is connected as team/one",
                            "team/two is connected as team/two");
            assertThat(gitea.api("GET", "/orgs/team/hooks", "")).hasSize(1);
            assertThat(gitea.api("GET", "/repos/team/one/hooks", "")).isEmpty();
            Await.until("what was there has a run each", () -> runs(slipway).size() == 2);
            for (Git git : List.of(one, two)) {
                git.write("words", "more\n").commit("Second");
                git.must("push", "-q", "gitea", "main");
                Await.until(
                        "the organisation's hook tells of it", () -> succeeded(slipway, head(git)));
            }
            assertThat(runs(slipway)).hasSize(4);
        }
    }

    private static Git inOrganisation(GiteaServer gitea, Slipway slipway, String name) {
        gitea.api("POST", "/orgs/team/repos", "{\"name\":\"" + name + "\"}");
        Git git = slipway.repository("team/" + name);
        git.must("remote", "add", "gitea", gitea.pushUrl("team/" + name));
        git.write(".slipway.yml", PASSES).write("words", name + "\n").commit("First");
        git.must("push", "-q", "gitea", "main");
        return git;
    }

    private static boolean succeeded(Slipway slipway, String commit) {
        return slipway.read(
                tx ->
                        tx.first(
                                        "select 1 as one from runs where commit = ? and outcome ="
                                                + " 'succeeded'",
                                        row -> true,
                                        commit)
                                .isPresent());
    }

    private static Program.Ended bySsh(
            GiteaServer gitea, Slipway slipway, Git git, String... more) {
        List<String> words =
                new ArrayList<>(
                        List.of("connect", "gitea", gitea.url(), "admin/keys", "--ssh", "--poll"));
        words.addAll(List.of("12h", "--token-file", token(gitea, slipway).toString()));
        words.addAll(List.of(more));
        return slipway.run(git.folder(), "", words.toArray(String[]::new));
    }

    /// Each project's name, and where its repository is by now.
    private static List<String> remotes(Slipway slipway) {
        return slipway.read(
                tx ->
                        tx.query(
                                """
                                select p.name || ' ' || r.repository || ' ' || r.clone_url as s
                                from project_remotes r join projects p on p.id = r.project_id
                                """,
                                row -> row.text("s")));
    }

    /// Read back by Gitea's own API.
    private static void aPullRequestHasOneComment(GiteaServer gitea, Git git, String first) {
        git.must("switch", "-q", "-c", "change", first);
        git.write(".slipway.yml", PASSES.replace("cat words", "exit 3")).commit("Change [x]");
        git.must("push", "-q", "gitea", "change");
        int number =
                gitea.api(
                                "POST",
                                "/repos/admin/shop/pulls",
                                "{\"title\":\"Change\",\"base\":\"main\",\"head\":\"change\"}")
                        .path("number")
                        .asInt(0);
        Await.until(
                "the comment says what failed",
                () -> comment(gitea, number).contains("failed: `test failed: exit code 3`"));
        assertThat(comment(gitea, number)).contains("\n- `test` failed at step `exit 3`");
        git.write(".slipway.yml", PASSES).commit("Better");
        git.must("push", "-q", "gitea", "change");
        Await.until(
                "the same comment says that it passes",
                () -> comment(gitea, number).contains(" succeeded"));
    }

    private static String comment(GiteaServer gitea, int number) {
        JsonNode all = gitea.api("GET", "/repos/admin/shop/issues/" + number + "/comments", "");
        List<String> ours =
                all.valueStream()
                        .map(one -> one.path("body").asString(""))
                        .filter(body -> body.startsWith("**Slipway**"))
                        .toList();
        assertThat(ours.size()).as(all.toString()).isLessThan(2);
        return ours.isEmpty() ? "" : ours.getFirst();
    }

    private static Git repository(GiteaServer gitea, Slipway slipway, String name) {
        gitea.api("POST", "/user/repos", "{\"name\":\"" + name + "\",\"private\":true}");
        Git git = slipway.repository("admin/" + name);
        git.must("remote", "add", "gitea", gitea.pushUrl("admin/" + name));
        return git;
    }

    private static Path token(GiteaServer gitea, Slipway slipway) {
        return Folders.write(slipway.folder().resolve("gitea-token"), gitea.token() + "\n");
    }

    /// Compared so rarely that everything but the first look is told by the hook.
    private static void connect(GiteaServer gitea, Slipway slipway, Git git, String name) {
        Program.Ended connected =
                slipway.run(
                        git.folder(),
                        "",
                        "connect",
                        "gitea",
                        gitea.url(),
                        name,
                        "--poll",
                        "12h",
                        "--token-file",
                        token(gitea, slipway).toString());
        assertThat(connected.code()).as(connected.output()).isZero();
        assertThat(connected.output()).isEqualTo(name + " is connected as " + name + "\n");
        assertThat(gitea.api("GET", "/repos/" + name + "/hooks", "")).hasSize(1);
    }

    private static void missedWhileItWasDown(GiteaServer gitea, Slipway slipway, Git git) {
        slipway.kill();
        git.must("switch", "-q", "main");
        git.write(".slipway.yml", PASSES).commit("Missed");
        git.must("push", "-q", "gitea", "main");
        slipway.startAgain();
        assertThat(ends(gitea, "shop", head(git))).isEqualTo("success");
    }

    private static String head(Git git) {
        return git.must("rev-parse", "HEAD").strip();
    }

    /// By its number: Gitea's times are whole seconds, and several may fall into one.
    private static JsonNode newest(GiteaServer gitea, String name, String commit) {
        return gitea.api("GET", "/repos/admin/" + name + "/commits/" + commit + "/statuses", "")
                .valueStream()
                .max(Comparator.comparingLong(status -> status.path("id").asLong()))
                .orElseThrow();
    }

    private static String ends(GiteaServer gitea, String name, String commit) {
        Await.until(
                "gitea is told how " + commit + " ended",
                () -> !List.of("", "pending").contains(state(gitea, name, commit)));
        return state(gitea, name, commit);
    }

    private static String state(GiteaServer gitea, String name, String commit) {
        return gitea.api("GET", "/repos/admin/" + name + "/commits/" + commit + "/status", "")
                .path("state")
                .asString("");
    }

    private static String branches(Slipway slipway) {
        Path repository = slipway.data().resolve("repositories/1.git");
        return new Git(repository).must("for-each-ref", "--format=%(refname)");
    }

    private static List<String> runs(Slipway slipway) {
        List<String> refs = new ArrayList<>();
        slipway.read(
                tx ->
                        refs.addAll(
                                tx.query(
                                        "select ref from runs order by id",
                                        row -> row.text("ref"))));
        return refs;
    }
}
