package io.slipway.engine.forge.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressRules;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.secret.Secret;
import io.slipway.engine.source.CommitId;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What is sent to each forge, whole, as its API's documentation has it; and what becomes of
/// answers that are hostile. Not tried against the real services, but for Gitea (GiteaIT).
final class ForgeApiTest {
    private static final CommitId COMMIT = new CommitId("6dcb09b5b57875f334f61aebed695e2e4193db5e");

    private ScriptedForge forge;
    private Egress egress;

    @BeforeEach
    void start() throws IOException {
        forge = new ScriptedForge();
        egress = new Egress(EgressRules.parse(List.of(forge.origin())));
    }

    @AfterEach
    void stop() {
        egress.close();
        forge.close();
    }

    private ForgeApi api(ForgeKind kind) {
        return ForgeApi.of(egress, kind, EgressUrl.parse(forge.origin()), Secret.of("word"))
                .orElseThrow();
    }

    private static CommitState state(CommitState.Word word) {
        return new CommitState(
                COMMIT,
                "refs/heads/main",
                "slipway",
                word,
                "run 7 failed: test failed: exit code 1",
                "https://slipway.example.com/shop/runs/7");
    }

    private String sent(ForgeKind kind, CommitState.Word word) {
        assertThat(api(kind).at("team/shop", "42").state(state(word)).done()).isTrue();
        return forge.asked().getLast();
    }

    @Test
    void statesAreSentAsEachForgeWantsThem() {
        assertThat(sent(ForgeKind.GITHUB, CommitState.Word.FAILED))
                .isEqualTo(
                        """
                        POST /api/v3/repos/team/shop/statuses/6dcb09b5b57875f334f61aebed695e2e4193db5e
                        accept: application/vnd.github+json
                        authorization: Bearer word
                        content-type: application/json
                        x-github-api-version: 2022-11-28
                        {"context":"slipway","description":"run 7 failed: test failed: exit code 1","state":"failure","target_url":"https://slipway.example.com/shop/runs/7"}\
                        """);
        assertThat(sent(ForgeKind.GITLAB, CommitState.Word.RUNNING))
                .isEqualTo(
                        """
                        POST /api/v4/projects/42/statuses/6dcb09b5b57875f334f61aebed695e2e4193db5e
                        accept: application/json
                        content-type: application/json
                        private-token: word
                        {"description":"run 7 failed: test failed: exit code 1","name":"slipway","ref":"main","state":"running","target_url":"https://slipway.example.com/shop/runs/7"}\
                        """);
        assertThat(sent(ForgeKind.GITEA, CommitState.Word.SUCCEEDED))
                .isEqualTo(
                        """
                        POST /api/v1/repos/team/shop/statuses/6dcb09b5b57875f334f61aebed695e2e4193db5e
                        accept: application/json
                        authorization: token word
                        content-type: application/json
                        {"context":"slipway","description":"run 7 failed: test failed: exit code 1","state":"success","target_url":"https://slipway.example.com/shop/runs/7"}\
                        """);
        assertThat(sent(ForgeKind.BITBUCKET, CommitState.Word.QUEUED))
                .isEqualTo(
                        """
                        POST /2.0/repositories/team/shop/commit/6dcb09b5b57875f334f61aebed695e2e4193db5e/statuses/build
                        accept: application/json
                        authorization: Bearer word
                        content-type: application/json
                        {"description":"run 7 failed: test failed: exit code 1","key":"slipway","name":"slipway","state":"INPROGRESS","url":"https://slipway.example.com/shop/runs/7"}\
                        """);
        assertThat(sent(ForgeKind.BITBUCKET_DATA_CENTER, CommitState.Word.CANCELLED))
                .isEqualTo(
                        """
                        POST /rest/api/latest/projects/team/repos/shop/commits/6dcb09b5b57875f334f61aebed695e2e4193db5e/builds
                        accept: application/json
                        authorization: Bearer word
                        content-type: application/json
                        {"description":"run 7 failed: test failed: exit code 1","key":"slipway","name":"slipway","ref":"refs/heads/main","state":"CANCELLED","url":"https://slipway.example.com/shop/runs/7"}\
                        """);
    }

    private String hooked(ForgeKind kind) {
        ForgeRepository repository =
                new ForgeRepository(
                        "42", "team/shop", EgressUrl.parse(forge.origin() + "/x.git"), "main");
        api(kind).makeHook(repository, "https://slipway.example.com/webhooks/a", Secret.of("key"));
        String asked = forge.asked().getLast();
        return asked.lines().findFirst().orElseThrow() + "\n" + asked.lines().toList().getLast();
    }

    @Test
    void hooksAreMadeAsEachForgeWantsThem() {
        assertThat(hooked(ForgeKind.GITHUB))
                .startsWith("POST /api/v3/repos/team/shop/hooks\n{\"active\":true,\"config\":{")
                .contains("\"secret\":\"key\"", "\"insecure_ssl\":\"0\"", "\"name\":\"web\"");
        assertThat(hooked(ForgeKind.GITLAB))
                .isEqualTo(
                        """
                        POST /api/v4/projects/42/hooks
                        {"enable_ssl_verification":true,"merge_requests_events":true,"note_events":true,"push_events":true,"tag_push_events":true,"token":"key","url":"https://slipway.example.com/webhooks/a"}\
                        """);
        assertThat(hooked(ForgeKind.GITEA))
                .startsWith("POST /api/v1/repos/team/shop/hooks\n")
                .contains("\"type\":\"gitea\"", "\"secret\":\"key\"");
        assertThat(hooked(ForgeKind.BITBUCKET))
                .startsWith("POST /2.0/repositories/team/shop/hooks\n")
                .contains("\"secret\":\"key\"", "\"repo:push\"");
        assertThat(hooked(ForgeKind.BITBUCKET_DATA_CENTER))
                .startsWith("POST /rest/api/latest/projects/team/repos/shop/webhooks\n")
                .contains("\"configuration\":{\"secret\":\"key\"}", "\"repo:refs_changed\"");
    }

    @Test
    void repositoriesOfEveryForgeAreRead() {
        String clone = forge.origin() + "/team/shop.git";
        String hub =
                "[{\"id\":42,\"full_name\":\"team/shop\",\"clone_url\":\"%s\",\"default_branch\":\"main\"}]"
                        .formatted(clone);
        assertThat(listed(ForgeKind.GITHUB, hub)).isEqualTo(repository("42", clone));
        assertThat(listed(ForgeKind.GITEA, hub)).isEqualTo(repository("42", clone));
        assertThat(
                        listed(
                                ForgeKind.GITLAB,
                                "[{\"id\":42,\"path_with_namespace\":\"team/shop\",\"http_url_to_repo\":\"%s\",\"default_branch\":\"main\"}]"
                                        .formatted(clone)))
                .isEqualTo(repository("42", clone));
        assertThat(
                        listed(
                                ForgeKind.BITBUCKET,
                                "{\"values\":[{\"uuid\":\"{4-2}\",\"full_name\":\"team/shop\",\"mainbranch\":{\"name\":\"main\"},\"links\":{\"clone\":[{\"name\":\"https\",\"href\":\"%s\"}]}}]}"
                                        .formatted(clone.replace("://", "://somebody@"))))
                .isEqualTo(repository("{4-2}", clone));
        assertThat(
                        listed(
                                ForgeKind.BITBUCKET_DATA_CENTER,
                                "{\"isLastPage\":true,\"values\":[{\"id\":42,\"slug\":\"shop\",\"project\":{\"key\":\"team\"},\"links\":{\"clone\":[{\"name\":\"ssh\",\"href\":\"x\"},{\"name\":\"http\",\"href\":\"%s\"}]}}]}"
                                        .formatted(clone)))
                .isEqualTo(new ForgeRepository("42", "team/shop", EgressUrl.parse(clone), null));
    }

    private static ForgeRepository repository(String id, String clone) {
        return new ForgeRepository(id, "team/shop", EgressUrl.parse(clone), "main");
    }

    private ForgeRepository listed(ForgeKind kind, String answer) {
        forge.always(200, Map.of(), answer);
        List<ForgeRepository> all = api(kind).repositories();
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    /// A-SSRF-5: an answer must not lead the token to another host, nor anything inside.
    @Test
    @Tag("attack")
    void hostileAnswersLeadNowhere() {
        for (String clone :
                List.of(
                        "https://evil.example/x.git",
                        "file:///etc",
                        "http://169.254.169.254/x",
                        "ext::sh -c id",
                        "ssh://-oProxyCommand=id/x")) {
            forge.always(
                    200,
                    Map.of(),
                    "[{\"id\":1,\"full_name\":\"a/b\",\"clone_url\":\"" + clone + "\"}]");
            assertThat(api(ForgeKind.GITEA).repositories()).as(clone).isEmpty();
        }
        for (String answer : List.of("", "nonsense", "[".repeat(2_000), "{\"id\":{}}", "null")) {
            forge.always(200, Map.of(), answer);
            assertThatThrownBy(() -> api(ForgeKind.GITEA).repository("a/b"))
                    .as(answer)
                    .isInstanceOf(Fault.class);
        }
        for (String name : List.of("../x", "a/../../b", "a/b?c", "a/b#c", "a", "a/%2e", "a b/c")) {
            assertThatThrownBy(() -> api(ForgeKind.GITEA).repository(name))
                    .as(name)
                    .isInstanceOf(Fault.class);
        }
        assertThat(forge.asked()).noneMatch(line -> line.contains("..") || line.contains("%2e"));
    }

    private Reply answered(int status, Map<String, String> headers) {
        forge.always(status, headers, "{\"message\":\"no\"}");
        return api(ForgeKind.GITHUB).at("team/shop", "42").state(state(CommitState.Word.FAILED));
    }

    @Test
    void forgesSayWhenTheyWantToBeAskedAgain() {
        assertThat(answered(429, Map.of("Retry-After", "7")).pause())
                .isEqualTo(Duration.ofSeconds(7));
        String reset = Long.toString(Instant.now().plusSeconds(600).getEpochSecond());
        assertThat(
                        answered(
                                        403,
                                        Map.of(
                                                "X-RateLimit-Remaining",
                                                "0",
                                                "X-RateLimit-Reset",
                                                reset))
                                .pause())
                .isBetween(Duration.ofSeconds(500), Duration.ofSeconds(601));
        assertThat(answered(429, Map.of("Retry-After", "999999999")).pause())
                .as("nobody is believed for more than an hour")
                .isEqualTo(Duration.ofHours(1));
        Reply gone = answered(404, Map.of());
        assertThat(gone.pause()).isNull();
        assertThat(gone.temporary()).isFalse();
        assertThat(gone.problem()).isEqualTo("status 404: {\"message\":\"no\"}");
        assertThat(answered(502, Map.of()).temporary()).isTrue();
    }
}
