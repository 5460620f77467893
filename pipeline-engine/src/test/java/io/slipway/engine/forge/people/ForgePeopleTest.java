package io.slipway.engine.forge.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressRules;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.forge.api.ForgeApi;
import io.slipway.engine.forge.api.ScriptedForge;
import io.slipway.engine.secret.Secret;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What each forge is asked about people, and what is made of answers in the form that its API's
/// documentation has. Not tried against the real services, but for Gitea (PullRequestIT).
final class ForgePeopleTest {
    private static final String COMMIT = "6dcb09b5b57875f334f61aebed695e2e4193db5e";
    private static final ForgePerson EVE = new ForgePerson("99", "eve");

    private ScriptedForge forge;
    private Egress egress;

    @BeforeEach
    void start() throws IOException {
        forge = new ScriptedForge();
        forge.always(404, Map.of(), "{}");
        egress = new Egress(EgressRules.parse(List.of(forge.origin())));
    }

    @AfterEach
    void stop() {
        egress.close();
        forge.close();
    }

    private ForgePeople people(ForgeKind kind) {
        ForgeApi api =
                ForgeApi.of(egress, kind, EgressUrl.parse(forge.origin()), Secret.of("word"))
                        .orElseThrow();
        return ForgePeople.of(api, kind, "team/shop", "42").orElseThrow();
    }

    private List<String> asked() {
        return forge.asked().stream().map(one -> one.lines().findFirst().orElseThrow()).toList();
    }

    /// That the repository is still the same one.
    private void there() {
        String clone = forge.origin() + "/team/shop.git";
        Stream.of("/api/v1", "/api/v3")
                .forEach(
                        root ->
                                forge.at(
                                        root + "/repos/team/shop",
                                        200,
                                        "{\"id\":42,\"full_name\":\"team/shop\",\"clone_url\":\"%s\"}"
                                                .formatted(clone)));
        forge.at(
                "/api/v4/projects/team%2Fshop",
                200,
                "{\"id\":42,\"path_with_namespace\":\"team/shop\",\"http_url_to_repo\":\"%s\"}"
                        .formatted(clone));
        forge.at(
                "/rest/api/latest/projects/team/repos/shop",
                200,
                "{\"id\":42,\"slug\":\"shop\",\"project\":{\"key\":\"team\"},\"links\":{\"clone\":[{\"name\":\"http\",\"href\":\"%s\"}]}}"
                        .formatted(clone));
    }

    @Test
    void whoseCodeAPullRequestIs() {
        String hub =
                """
                {"user":{"id":99,"login":"eve"},"base":{"repo":{"id":42}},
                 "head":{"sha":"%s","repo":{"id":77,"owner":{"id":99,"login":"eve"}}}}
                """
                        .formatted(COMMIT);
        forge.at("/api/v3/repos/team/shop/pulls/3", 200, hub);
        forge.at("/api/v1/repos/team/shop/pulls/3", 200, hub);
        forge.at(
                "/api/v4/projects/42/merge_requests/3",
                200,
                """
                {"author":{"id":99,"username":"eve"},"sha":"%s","source_project_id":77,
                 "target_project_id":42}
                """
                        .formatted(COMMIT));
        forge.at(
                "/api/v4/projects/77",
                200,
                "{\"id\":77,\"namespace\":{\"kind\":\"user\"},\"owner\":{\"id\":99}}");
        forge.at(
                "/rest/api/latest/projects/team/repos/shop/pull-requests/3",
                200,
                """
                {"author":{"user":{"id":99,"name":"eve"}},"toRef":{"repository":{"id":42}},
                 "fromRef":{"latestCommit":"%s","repository":{"project":{"owner":{"id":99}}}}}
                """
                        .formatted(COMMIT));
        for (ForgeKind kind :
                List.of(
                        ForgeKind.GITHUB,
                        ForgeKind.GITEA,
                        ForgeKind.GITLAB,
                        ForgeKind.BITBUCKET_DATA_CENTER)) {
            assertThat(people(kind).author(3, COMMIT)).as(kind.word()).contains(EVE);
            assertThat(people(kind).author(3, "0" + COMMIT.substring(1))).isEmpty();
        }
        assertThat(ForgePeople.of(api(ForgeKind.BITBUCKET), ForgeKind.BITBUCKET, "a/b", "{1}"))
                .isEmpty();
    }

    private ForgeApi api(ForgeKind kind) {
        return ForgeApi.of(egress, kind, EgressUrl.parse(forge.origin()), Secret.of("word"))
                .orElseThrow();
    }

    @Test
    void answersThatSayLessOrElseAreNobody() {
        for (String odd :
                List.of(
                        "{}",
                        "[]",
                        "null",
                        "{\"user\":null,\"head\":{\"sha\":\"%s\"}}",
                        "{\"user\":{\"id\":99,\"login\":\"eve\"},\"base\":{\"repo\":{\"id\":42}},\"head\":{\"sha\":\"%s\",\"repo\":null}}",
                        "{\"user\":{\"id\":99,\"login\":\"eve\"},\"base\":{\"repo\":{\"id\":42}},\"head\":{\"sha\":\"%s\",\"repo\":{\"owner\":{\"id\":98}}}}",
                        "{\"user\":{\"id\":99,\"login\":\"eve\"},\"base\":{\"repo\":{\"id\":41}},\"head\":{\"sha\":\"%s\",\"repo\":{\"owner\":{\"id\":99}}}}",
                        "{\"user\":{\"id\":{},\"login\":\"eve\"},\"base\":{\"repo\":{\"id\":42}},\"head\":{\"sha\":\"%s\",\"repo\":{\"owner\":{\"id\":{}}}}}",
                        "{\"user\":{\"id\":99,\"login\":\"a/../b\"},\"base\":{\"repo\":{\"id\":42}},\"head\":{\"sha\":\"%s\",\"repo\":{\"owner\":{\"id\":99}}}}")) {
            forge.at("/api/v1/repos/team/shop/pulls/3", 200, odd.replace("%s", COMMIT));
            assertThat(people(ForgeKind.GITEA).author(3, COMMIT)).as(odd).isEmpty();
        }
        forge.at("/api/v4/projects/77", 200, "{\"namespace\":{\"kind\":\"group\"}}");
        forge.at(
                "/api/v4/projects/42/merge_requests/3",
                200,
                "{\"author\":{\"id\":99,\"username\":\"eve\"},\"sha\":\"%s\",\"source_project_id\":77,\"target_project_id\":42}"
                        .formatted(COMMIT));
        assertThat(people(ForgeKind.GITLAB).author(3, COMMIT)).isEmpty();
    }

    @Test
    void whoMayPush() {
        there();
        String hub = "{\"permission\":\"%s\",\"user\":{\"id\":%d}}";
        for (String root : List.of("/api/v1", "/api/v3")) {
            ForgeKind kind = root.endsWith("1") ? ForgeKind.GITEA : ForgeKind.GITHUB;
            String path = root + "/repos/team/shop/collaborators/eve/permission";
            assertThat(people(kind).mayPush(EVE)).isFalse();
            forge.at(path, 200, hub.formatted("write", 99));
            assertThat(people(kind).mayPush(EVE)).isTrue();
            forge.at(path, 200, hub.formatted("read", 99));
            assertThat(people(kind).mayPush(EVE)).isFalse();
            forge.at(path, 200, hub.formatted("admin", 98));
            assertThat(people(kind).mayPush(EVE)).isFalse();
            forge.at(path, 403, "{}");
            assertThatThrownBy(() -> people(kind).mayPush(EVE)).isInstanceOf(Fault.class);
        }
        String member = "{\"id\":99,\"state\":\"%s\",\"access_level\":%d}";
        String path = "/api/v4/projects/42/members/all/99";
        for (String no : List.of(member.formatted("active", 20), member.formatted("blocked", 40))) {
            forge.at(path, 200, no);
            assertThat(people(ForgeKind.GITLAB).mayPush(EVE)).isFalse();
        }
        forge.at(path, 200, member.formatted("active", 30));
        assertThat(people(ForgeKind.GITLAB).mayPush(EVE)).isTrue();
        assertThat(people(ForgeKind.BITBUCKET_DATA_CENTER).mayPush(EVE)).isFalse();
        forge.at(
                "/rest/api/latest/projects/team/permissions/users?limit=100&filter=eve",
                200,
                "{\"values\":[{\"user\":{\"id\":99,\"name\":\"eve\"},\"permission\":\"PROJECT_WRITE\"}]}");
        assertThat(people(ForgeKind.BITBUCKET_DATA_CENTER).mayPush(EVE)).isTrue();
    }

    @Test
    void aNameThatIsAnotherRepositorysByNowProvesNothing() {
        there();
        forge.at(
                "/api/v1/repos/team/shop/collaborators/eve/permission",
                200,
                "{\"permission\":\"owner\",\"user\":{\"id\":99}}");
        assertThat(people(ForgeKind.GITEA).mayPush(EVE)).isTrue();
        forge.at(
                "/api/v1/repos/team/shop",
                200,
                "{\"id\":666,\"full_name\":\"team/shop\",\"clone_url\":\"%s/team/shop.git\"}"
                        .formatted(forge.origin()));
        assertThat(people(ForgeKind.GITEA).mayPush(EVE)).isFalse();
        assertThat(people(ForgeKind.GITEA).comment(3, "8")).isEmpty();
    }

    @Test
    void commentsAreThoseOfTheirPullRequest() {
        there();
        String word = "/slipway approve " + COMMIT;
        forge.at(
                "/api/v3/repos/team/shop/issues/comments/8",
                200,
                "{\"id\":8,\"user\":{\"id\":99,\"login\":\"eve\"},\"body\":\"%s\",\"issue_url\":\"https://x/issues/3\"}"
                        .formatted(word));
        forge.at(
                "/api/v4/projects/42/merge_requests/3/notes/8",
                200,
                "{\"id\":8,\"author\":{\"id\":99,\"username\":\"eve\"},\"body\":\"%s\",\"system\":false,\"noteable_iid\":3}"
                        .formatted(word));
        forge.at(
                "/rest/api/latest/projects/team/repos/shop/pull-requests/3/comments/8",
                200,
                "{\"id\":8,\"author\":{\"id\":99,\"name\":\"eve\"},\"text\":\"%s\"}"
                        .formatted(word));
        for (ForgeKind kind :
                List.of(ForgeKind.GITHUB, ForgeKind.GITLAB, ForgeKind.BITBUCKET_DATA_CENTER)) {
            assertThat(people(kind).comment(3, "8"))
                    .as(kind.word())
                    .contains(new ForgeComment(EVE, word));
            assertThat(people(kind).comment(33, "8")).as(kind.word()).isEmpty();
            int before = asked().size();
            assertThat(people(kind).comment(3, "8/../9")).isEmpty();
            assertThat(asked()).hasSize(before);
        }
    }

    @Test
    void somebodyIsFoundByTheirLogin() {
        forge.at("/api/v3/users/eve", 200, "{\"id\":99,\"login\":\"eve\"}");
        forge.at("/api/v4/users?username=eve", 200, "[{\"id\":99,\"username\":\"eve\"}]");
        forge.at("/rest/api/latest/users/eve", 200, "{\"id\":99,\"name\":\"eve\"}");
        for (ForgeKind kind :
                List.of(ForgeKind.GITHUB, ForgeKind.GITLAB, ForgeKind.BITBUCKET_DATA_CENTER)) {
            assertThat(people(kind).person("eve")).as(kind.word()).contains(EVE);
            assertThat(people(kind).person("nobody")).isEmpty();
            int before = asked().size();
            assertThat(people(kind).person("../repos")).isEmpty();
            assertThat(asked()).hasSize(before);
        }
    }
}
