package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.forge.api.ScriptedForge;
import io.slipway.engine.remote.GitServer;
import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// As a person works: a push by the real git client to a repository elsewhere, its forge's hook, a
/// run, an image, an address that answers; and what the forge was told meanwhile, in order.
class ScriptedForgeIT {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String REPOSITORY = "/api/v1/repos/team/shop";
    private static final Pattern STATE = Pattern.compile("\"state\":\"([a-z]+)\"");

    @Test
    void aPushElsewhereBecomesAServiceAndTheForgeIsToldInOrder() throws Exception {
        Path folder = Files.createTempDirectory("slipway-elsewhere");
        Git bare = Git.init(Files.createDirectory(folder.resolve("bare")));
        bare.must("config", "receive.denyCurrentBranch", "ignore");
        try (GitServer server = new GitServer(folder.resolve("bare/.git"));
                ScriptedForge forge = new ScriptedForge();
                Slipway slipway =
                        SlipwayExtension.start(
                                Map.of(
                                        "SLIPWAY_EGRESS_ALLOW",
                                        server.origin() + "," + forge.origin()))) {
            forge.at("GET " + REPOSITORY, 200, Map.of(), repository(server));
            forge.at("GET " + REPOSITORY + "/pulls", 200, Map.of(), "[]");
            Git git = slipway.repository("team/shop");
            git.must("remote", "add", "elsewhere", folder.resolve("bare").toString());
            git.write("Dockerfile", Apps.SERVES)
                    .write("index.html", "one")
                    .write(".slipway.yml", "jobs: { test: { image: busybox, steps: [ ls ] } }\n")
                    .commit("First");
            git.must("push", "-q", "elsewhere", "main");
            nothingHostileIsConnected(slipway, git);
            connect(slipway, git, forge);
            Await.until(
                    "its first commit is told of as passed",
                    () -> states(forge, head(git)).endsWith("success"));
            assertThat(slipway.page("team-shop.localhost", "/")).isEqualTo("one");

            String before = head(git);
            git.write("index.html", "two").commit("Second");
            git.must("push", "-q", "elsewhere", "main");
            assertThat(sent(forge, before, head(git))).isEqualTo(202);
            Await.until(
                    "the push is told of as passed",
                    () -> states(forge, head(git)).endsWith("success"));
            assertThat(states(forge, head(git))).matches("(pending ){1,2}success");
            assertThat(slipway.page("team-shop.localhost", "/")).isEqualTo("two");
        } finally {
            Folders.remove(folder);
        }
    }

    private static String repository(GitServer server) {
        return "{\"id\":1,\"full_name\":\"team/shop\",\"clone_url\":\"%s/team/shop.git\",\"default_branch\":\"main\"}"
                .formatted(server.origin());
    }

    /// What is no address is refused before it is stored.
    private static void nothingHostileIsConnected(Slipway slipway, Git git) {
        for (String url : List.of("file:///etc", "git://h/x", "ext::sh -c id", "../x")) {
            Program.Ended refused =
                    slipway.run(
                            git.folder(),
                            "",
                            "connect",
                            "generic",
                            url,
                            "--no-token",
                            "--host-key",
                            "ssh-ed25519 AAAA");
            assertThat(refused.code()).isNotZero();
            assertThat(refused.output()).contains("cannot take '" + url + "' as a URL");
        }
        assertThat(
                        slipway.<Long>read(
                                tx ->
                                        tx.one(
                                                "select count(*) as n from project_remotes",
                                                row -> row.number("n"))))
                .isZero();
    }

    private static void connect(Slipway slipway, Git git, ScriptedForge forge) {
        Path token = Folders.write(slipway.folder().resolve("forge-token"), "word\n");
        Program.Ended connected =
                slipway.run(
                        git.folder(),
                        "",
                        "connect",
                        "gitea",
                        forge.origin(),
                        "team/shop",
                        "--poll",
                        "12h",
                        "--token-file",
                        token.toString());
        assertThat(connected.output()).isEqualTo("team/shop is connected as team/shop\n");
    }

    /// As Gitea sends it, to the hook that was entered there.
    private static int sent(ScriptedForge forge, String before, String after)
            throws IOException, InterruptedException, GeneralSecurityException {
        String entered =
                forge.asked().stream()
                        .filter(one -> one.startsWith("POST " + REPOSITORY + "/hooks"))
                        .findFirst()
                        .orElseThrow();
        JsonNode hook = JSON.readTree(entered.lines().toList().getLast()).path("config");
        byte[] body =
                """
                {"ref":"refs/heads/main","before":"%s","after":"%s","repository":{"id":1},
                 "commits":[],"sender":{"id":7,"login":"ada"}}
                """
                        .formatted(before, after)
                        .getBytes(StandardCharsets.UTF_8);
        Mac mac = Mac.getInstance("HmacSHA256");
        byte[] secret = hook.path("secret").asString().getBytes(StandardCharsets.UTF_8);
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create(hook.path("url").asString()))
                                    .header("Content-Type", "application/json")
                                    .header("X-Gitea-Event", "push")
                                    .header("X-Gitea-Delivery", "1")
                                    .header(
                                            "X-Gitea-Signature",
                                            HexFormat.of().formatHex(mac.doFinal(body)))
                                    .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    private static String head(Git git) {
        return git.must("rev-parse", "HEAD").strip();
    }

    /// What the forge was told of a commit, in its order.
    private static String states(ScriptedForge forge, String commit) {
        List<String> told =
                forge.asked().stream()
                        .filter(one -> one.startsWith("POST " + REPOSITORY + "/statuses/" + commit))
                        .toList();
        return told.stream()
                .map(STATE::matcher)
                .filter(Matcher::find)
                .map(match -> match.group(1))
                .collect(Collectors.joining(" "));
    }
}
