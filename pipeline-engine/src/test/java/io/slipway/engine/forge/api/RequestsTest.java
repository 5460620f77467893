package io.slipway.engine.forge.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressRules;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.secret.Secret;
import io.slipway.engine.source.CommitId;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Every request that changes something on a forge, whole (`requests.txt`), and held to what its
/// API's documentation says of it. Of the real services only Gitea is tried (GiteaIT).
final class RequestsTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// One of the file.
    private record Published(
            String forge,
            String operation,
            String method,
            String path,
            Set<String> fields,
            String example,
            String ours) {
        static Published of(String block) {
            List<String> lines = block.lines().toList();
            String[] name = lines.get(0).split(" ");
            String[] request = lines.get(2).split(" ");
            return new Published(
                    name[0],
                    name[1],
                    request[1],
                    request[2],
                    Set.of(lines.get(3).substring("fields ".length()).split(" ")),
                    lines.get(4).substring("example ".length()),
                    String.join("\n", lines.subList(5, lines.size())).strip());
        }

        @Override
        public String toString() {
            return forge + " " + operation;
        }
    }

    static List<Published> all() throws IOException {
        try (InputStream in = RequestsTest.class.getResourceAsStream("requests.txt")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Arrays.stream(text.split("(?m)^== ")).skip(1).map(Published::of).toList();
        }
    }

    private static Deployment deployment() {
        return new Deployment(
                "0123",
                5,
                new CommitId("6dcb09b5b57875f334f61aebed695e2e4193db5e"),
                "refs/heads/main",
                "production",
                "cart",
                CommitState.Word.SUCCEEDED,
                "rollout 5 of cart succeeded",
                "https://slipway.example.com/shop/runs/7",
                "https://cart.example.com",
                Instant.EPOCH);
    }

    private static CommitState state() {
        return new CommitState(
                new CommitId("6dcb09b5b57875f334f61aebed695e2e4193db5e"),
                "refs/heads/main",
                "slipway",
                CommitState.Word.FAILED,
                "run 7 failed: test failed: exit code 1",
                "https://slipway.example.com/shop/runs/7");
    }

    private static void make(ForgeApi api, String operation, String origin) {
        RepositoryApi repository = api.at("team/shop", "42");
        String hook = "https://slipway.example.com/webhooks/a";
        String text = "**Slipway**: done";
        switch (operation) {
            case "state" -> repository.state(state());
            case "hook" ->
                    api.makeHook(
                            new ForgeRepository(
                                    "42", "team/shop", EgressUrl.parse(origin + "/x.git"), "main"),
                            hook,
                            Secret.of("key"));
            case "deploy-key" ->
                    api.letIn(
                            new ForgeRepository(
                                    "42", "team/shop", EgressUrl.parse(origin + "/x.git"), "main"),
                            "ssh-ed25519 AAAA");
            case "organisation-hook" -> api.makeHook("team", hook, Secret.of("key"));
            case "comment" -> repository.comment(3, text);
            case "changed-comment" -> repository.changeComment(3, "55", text);
            case "deployment" -> repository.deployment(deployment(), "", false);
            case "standing" -> repository.deployment(deployment(), "55", false);
            default -> throw new AssertionError("there is no operation " + operation);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void whatIsSentIsWhatIsDocumented(Published published) throws IOException {
        try (ScriptedForge forge = new ScriptedForge();
                Egress egress = new Egress(EgressRules.parse(List.of(forge.origin())))) {
            forge.always(200, Map.of(), "{\"id\":55,\"version\":4}");
            ForgeKind kind = ForgeKind.of(published.forge()).orElseThrow();
            ForgeApi api =
                    ForgeApi.of(egress, kind, EgressUrl.parse(forge.origin()), Secret.of("word"))
                            .orElseThrow();
            make(api, published.operation(), forge.origin());
            String sent =
                    forge.asked().stream()
                            .filter(one -> !one.startsWith("GET "))
                            .findFirst()
                            .orElseThrow();
            assertThat(sent).isEqualTo(published.ours());
            String[] request = sent.lines().findFirst().orElseThrow().split(" ");
            assertThat(request[0]).isEqualTo(published.method());
            assertThat(request[1])
                    .matches(
                            ".*" + published.path().replaceAll("\\{[a-z_A-Z]+}|:[a-z_]+", "[^/]+"));
            JsonNode body = JSON.readTree(sent.lines().toList().getLast());
            assertThat(published.fields()).containsAll(names(body));
            typesAgree(JSON.readTree(published.example()), body, published);
        }
    }

    private static Set<String> names(JsonNode json) {
        return Set.copyOf(json.propertyNames());
    }

    /// A payload may be an object as well, says the documentation, though its example has a text.
    private static void typesAgree(JsonNode example, JsonNode body, Published published) {
        for (String name : names(example)) {
            if (body.has(name) && !name.equals("payload")) {
                assertThat(body.path(name).getNodeType())
                        .as(published + " " + name)
                        .isEqualTo(example.path(name).getNodeType());
                typesAgree(example.path(name), body.path(name), published);
            }
        }
    }

    @Test
    void everyForgeHasEveryOperationThatItsApiKnows() throws IOException {
        Map<String, String> operations =
                all().stream()
                        .collect(
                                Collectors.groupingBy(
                                        Published::forge,
                                        Collectors.mapping(
                                                Published::operation, Collectors.joining(" "))));
        String every = "state hook organisation-hook comment changed-comment";
        assertThat(operations)
                .isEqualTo(
                        Map.of(
                                "github", every + " deployment standing deploy-key",
                                "gitlab", every + " deployment standing deploy-key",
                                "gitea", every + " deploy-key",
                                "bitbucket", every + " deploy-key",
                                "bitbucket-data-center", every + " deployment deploy-key"));
        assertThat(Stream.of(ForgeKind.values()).map(ForgeKind::word))
                .containsAll(operations.keySet());
    }
}
