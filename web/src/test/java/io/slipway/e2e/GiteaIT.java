package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
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
    void aRepositoryOfGiteaIsFollowedAndToldHowItsCommitsStand() throws IOException {
        try (GiteaServer gitea = new GiteaServer();
                Slipway slipway =
                        SlipwayExtension.start(Map.of("SLIPWAY_EGRESS_ALLOW", gitea.url()))) {
            gitea.api("POST", "/user/repos", "{\"name\":\"shop\",\"private\":true}");
            Git git = slipway.repository("unused");
            git.must("remote", "add", "gitea", gitea.pushUrl("admin/shop"));
            git.write(".slipway.yml", PASSES).write("words", "hello\n").commit("First");
            git.must("push", "-q", "gitea", "main");
            Path token =
                    Folders.write(slipway.folder().resolve("gitea-token"), gitea.token() + "\n");

            Program.Ended listed =
                    slipway.run(
                            git.folder(),
                            "",
                            "connect",
                            "gitea",
                            gitea.url(),
                            "--token-file",
                            token.toString());
            assertThat(listed.output()).contains("admin/shop\n");
            Program.Ended connected =
                    slipway.run(
                            git.folder(),
                            "",
                            "connect",
                            "gitea",
                            gitea.url(),
                            "admin/shop",
                            "--poll",
                            "1s",
                            "--token-file",
                            token.toString());
            assertThat(connected.code()).as(connected.output()).isZero();
            assertThat(connected.output()).contains("admin/shop is connected as admin/shop");

            String first = head(git);
            assertThat(ends(gitea, first)).isEqualTo("success");
            JsonNode told = statuses(gitea, first).get(0);
            assertThat(told.path("context").asString("")).isEqualTo("slipway");
            assertThat(told.path("target_url").asString("")).endsWith("/admin/shop/runs/1");
            assertThat(told.path("description").asString("")).isEqualTo("run 1 succeeded");

            git.write(".slipway.yml", PASSES.replace("cat words", "exit 3")).commit("Broken");
            git.must("push", "-q", "gitea", "main");
            assertThat(ends(gitea, head(git))).isEqualTo("failure");
            assertThat(statuses(gitea, head(git)).get(0).path("description").asString(""))
                    .isEqualTo("run 2 failed: test failed: exit code 3");

            git.must("tag", "v1", first);
            git.must("push", "-q", "gitea", "v1");
            Await.until("the tag has a run", () -> runs(slipway).contains("refs/tags/v1"));

            git.must("switch", "-q", "-c", "side", first);
            git.write("words", "side\n").commit("Side");
            git.must("push", "-q", "gitea", "side");
            assertThat(ends(gitea, head(git))).isEqualTo("success");
            git.must("push", "-q", "gitea", ":side");
            Await.until(
                    "the branch is gone here as well",
                    () -> !branches(slipway).contains("refs/heads/side"));

            missedWhileItWasDown(gitea, slipway, git);
        }
    }

    private static void missedWhileItWasDown(GiteaServer gitea, Slipway slipway, Git git) {
        slipway.kill();
        git.must("switch", "-q", "main");
        git.write(".slipway.yml", PASSES).commit("Missed");
        git.must("push", "-q", "gitea", "main");
        slipway.startAgain();
        assertThat(ends(gitea, head(git))).isEqualTo("success");
    }

    private static String head(Git git) {
        return git.must("rev-parse", "HEAD").strip();
    }

    private static JsonNode statuses(GiteaServer gitea, String commit) {
        return gitea.api(
                "GET", "/repos/admin/shop/commits/" + commit + "/statuses?sort=recentupdate", "");
    }

    private static String ends(GiteaServer gitea, String commit) {
        Await.until(
                "gitea is told how " + commit + " ended",
                () -> !state(gitea, commit).isEmpty() && !state(gitea, commit).equals("pending"));
        return state(gitea, commit);
    }

    private static String state(GiteaServer gitea, String commit) {
        return gitea.api("GET", "/repos/admin/shop/commits/" + commit + "/status", "")
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
