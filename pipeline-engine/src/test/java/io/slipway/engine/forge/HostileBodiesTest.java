package io.slipway.engine.forge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.slipway.fault.Fault;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// Bodies that are signed and hostile: each is read or refused as the sender's mistake, and nothing
/// else is thrown.
@Tag("attack")
class HostileBodiesTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static Path resource(String name) {
        try {
            return Path.of(
                    Objects.requireNonNull(HostileBodiesTest.class.getResource(name)).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean taken(byte[] body) throws IOException {
        try {
            Json.read(new ByteArrayInputStream(body));
            return true;
        } catch (Fault fault) {
            assertThat(fault.kind()).isEqualTo(Fault.Kind.CONFIGURATION);
            return false;
        }
    }

    private static boolean taken(String body) throws IOException {
        return taken(body.getBytes(StandardCharsets.UTF_8));
    }

    /// What is no JSON is refused, in the place of a body and in the place of a value.
    @TestFactory
    Stream<DynamicTest> aWh10JsonTestSuite() throws IOException {
        return Files.readAllLines(resource("json-suite.jsonl")).stream()
                .map(MAPPER::readTree)
                .map(
                        row ->
                                DynamicTest.dynamicTest(
                                        "A-WH-10 " + row.get("name").asString(),
                                        () -> suite(row.get("name").asString(), row)));
    }

    private static void suite(String name, JsonNode row) throws IOException {
        String input = row.get("input").asString();
        boolean alone = taken(input);
        boolean inside = taken("{\"a\":" + input + "}");
        if (name.startsWith("n_")) {
            assertThat(alone).isFalse();
            assertThat(inside).isFalse();
        } else if (name.startsWith("y_")) {
            boolean twice = name.contains("duplicated_key");
            assertThat(inside).isEqualTo(!twice);
        }
    }

    @TestFactory
    Stream<DynamicTest> aWh10Limits() {
        Map<String, String> refused = new LinkedHashMap<>();
        refused.put("depth 100,000", "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");
        refused.put("depth 65", "{\"a\":" + "[".repeat(64) + "]".repeat(64) + "}");
        refused.put("a million names", names(1_000_000));
        refused.put("1,001 names", names(1_001));
        refused.put("a name twice", "{\"a\":1,\"a\":2}");
        refused.put("a name twice in what is not kept", "{\"links\":{\"a\":1,\"a\":2}}");
        refused.put("a long number", "{\"a\":" + "9".repeat(101) + "}");
        refused.put("nothing", "");
        refused.put("a list", "[]");
        refused.put("two", "{} {}");
        refused.put("byte order mark", "\ufeff{}");
        refused.put("U+0000", "\0{}");
        refused.put("two million values", "{\"a\":[" + "1,".repeat(2_000_000) + "1]}");
        refused.put("17 MiB of text", "{\"a\":{" + texts(1_000) + "},\"b\":{" + texts(200) + "}}");
        Map<String, String> accepted = new LinkedHashMap<>();
        accepted.put("depth 64", "{\"a\":" + "[".repeat(63) + "]".repeat(63) + "}");
        accepted.put("1,000 names", names(1_000));
        accepted.put("1e999999", "{\"a\":1e999999}");
        accepted.put("half a surrogate", "{\"a\":\"\\ud800\"}");
        accepted.put("escaped U+0000", "{\"a\":\"\\u0000\"}");
        return Stream.concat(
                refused.entrySet().stream().map(one -> limit(one, false)),
                accepted.entrySet().stream().map(one -> limit(one, true)));
    }

    private static DynamicTest limit(Map.Entry<String, String> one, boolean expected) {
        return DynamicTest.dynamicTest(
                "A-WH-10 " + one.getKey(),
                () -> assertThat(taken(one.getValue())).isEqualTo(expected));
    }

    @TestFactory
    Stream<DynamicTest> aWh10OtherEncodings() {
        return Stream.of(
                        StandardCharsets.UTF_16,
                        StandardCharsets.UTF_16LE,
                        StandardCharsets.UTF_16BE,
                        StandardCharsets.UTF_32,
                        StandardCharsets.UTF_32LE)
                .map(
                        charset ->
                                DynamicTest.dynamicTest(
                                        "A-WH-10 " + charset,
                                        () ->
                                                assertThat(taken("{\"a\":1}".getBytes(charset)))
                                                        .isFalse()));
    }

    private static String names(int count) {
        StringBuilder names = new StringBuilder("{");
        for (int i = 0; i < count; i++) {
            names.append(i == 0 ? "" : ",").append("\"k").append(i).append("\":1");
        }
        return names.append('}').toString();
    }

    private static String texts(int count) {
        StringBuilder texts = new StringBuilder();
        for (int i = 0; i < count; i++) {
            texts.append(i == 0 ? "" : ",")
                    .append("\"t" + i + "\":\"" + "x".repeat(16 << 10) + "\"");
        }
        return texts.toString();
    }

    /// Of one payload of each forge and event every field is taken away, made null, and made
    /// something else.
    @TestFactory
    Stream<DynamicTest> aWh11EveryFieldOfEveryEvent() throws IOException {
        Map<String, JsonNode> rows = new LinkedHashMap<>();
        for (String line : Files.readAllLines(resource("webhooks/expected.jsonl"))) {
            JsonNode row = MAPPER.readTree(line);
            String kind = row.at("/reading/events/0/kind").asString();
            rows.putIfAbsent(row.get("forge") + " " + row.get("event") + " " + kind, row);
        }
        return rows.entrySet().stream()
                .map(
                        one ->
                                DynamicTest.dynamicTest(
                                        "A-WH-11 " + one.getKey(), () -> mutate(one.getValue())));
    }

    /// The events of which there is no payload: whatever comes under their names, nothing starts.
    private static final Map<ForgeKind, List<String>> OTHER_EVENTS =
            Map.of(
                    ForgeKind.GITHUB,
                    List.of(
                            "branch_protection_rule branch_protection_configuration check_run"
                                    + " check_suite code_scanning_alert commit_comment"
                                    + " custom_property custom_property_values dependabot_alert"
                                    + " deploy_key deployment deployment_protection_rule"
                                    + " deployment_review deployment_status discussion"
                                    + " discussion_comment fork github_app_authorization gollum"
                                    + " installation installation_repositories"
                                    + " installation_target issue_comment issue_dependencies"
                                    + " issues label marketplace_purchase member membership"
                                    + " merge_group meta milestone org_block organization package"
                                    + " page_build personal_access_token_request project"
                                    + " project_card project_column projects_v2"
                                    + " projects_v2_item projects_v2_status_update public"
                                    + " pull_request_review pull_request_review_comment"
                                    + " pull_request_review_thread registry_package"
                                    + " repository repository_advisory repository_dispatch"
                                    + " repository_import repository_ruleset"
                                    + " repository_vulnerability_alert secret_scanning_alert"
                                    + " secret_scanning_alert_location secret_scanning_scan"
                                    + " security_advisory security_and_analysis sponsorship"
                                    + " star status sub_issues team team_add watch"
                                    + " workflow_dispatch workflow_job workflow_run"),
                    ForgeKind.GITLAB,
                    List.of(
                            "Note Hook,Confidential Note Hook,Issue Hook,Confidential Issue"
                                    + " Hook,Wiki Page Hook,Pipeline Hook,Job Hook,Deployment"
                                    + " Hook,Feature Flag Hook,Emoji Hook,Resource Access Token"
                                    + " Hook,Member Hook,Subgroup Hook,Project Hook,Vulnerability"
                                    + " Hook,Milestone Hook"),
                    ForgeKind.GITEA,
                    List.of(
                            "issues issue_comment fork repository wiki package status"
                                    + " pull_request_approved pull_request_rejected"
                                    + " pull_request_comment workflow_run workflow_job"
                                    + " schedule"),
                    ForgeKind.BITBUCKET,
                    List.of(
                            "repo:fork repo:updated repo:transfer repo:imported repo:deleted"
                                    + " repo:commit_comment_created repo:commit_status_created"
                                    + " repo:commit_status_updated issue:created issue:updated"
                                    + " issue:comment_created pullrequest:approved"
                                    + " pullrequest:unapproved pullrequest:comment_created"
                                    + " pullrequest:comment_deleted"
                                    + " pullrequest:changes_request_created"),
                    ForgeKind.BITBUCKET_DATA_CENTER,
                    List.of(
                            "repo:forked repo:modified repo:comment:added mirror:repo_synchronized"
                                    + " repo:secret_detected pr:reviewer:updated"
                                    + " pr:reviewer:approved pr:reviewer:unapproved"
                                    + " pr:reviewer:needs_work pr:comment:added"
                                    + " pr:comment:deleted project:modified"));

    private static List<String> others(ForgeKind kind) {
        return List.of(
                OTHER_EVENTS.get(kind).getFirst().split(kind == ForgeKind.GITLAB ? "," : " "));
    }

    @TestFactory
    Stream<DynamicTest> aWh11EventsWithoutAPayloadStartNothing() {
        return OTHER_EVENTS.keySet().stream()
                .sorted()
                .flatMap(
                        kind ->
                                others(kind).stream()
                                        .map(
                                                event ->
                                                        DynamicTest.dynamicTest(
                                                                "A-WH-11 " + kind + " " + event,
                                                                () -> startsNothing(kind, event))));
    }

    private static void startsNothing(ForgeKind kind, String event) throws IOException {
        Headers headers =
                PayloadsTest.headers(
                        "X-GitHub-Event", event,
                        "X-Gitlab-Event", event,
                        "X-Gitea-Event", event,
                        "X-Event-Key", event);
        List<JsonNode> bodies = new ArrayList<>();
        for (String line : Files.readAllLines(resource("webhooks/expected.jsonl"))) {
            JsonNode row = MAPPER.readTree(line);
            boolean its = row.get("forge").asString().equals(kind.word());
            boolean small = !row.get("file").asString().contains("with-");
            if (its && small) {
                Path file = resource("webhooks/" + row.get("file").asString());
                bodies.add(MAPPER.readTree(Files.readAllBytes(file)));
            }
        }
        String noun = event.replaceAll("[^a-z_]", "");
        for (JsonNode value : strange()) {
            ObjectNode made = NODES.objectNode().put("action", "created").put("eventKey", event);
            made.set("repository", NODES.objectNode().put("id", 42));
            made.set("sender", value);
            made.set(noun.isEmpty() ? "x" : noun, value);
            made.set("object_attributes", value);
            bodies.add(made);
        }
        for (JsonNode body : bodies) {
            try (InputStream in = new ByteArrayInputStream(MAPPER.writeValueAsBytes(body))) {
                assertThat(Forge.of(kind).read(headers, Json.read(in)).events())
                        .as(event)
                        .allMatch(ForgeEvent.Ignored.class::isInstance);
            } catch (Fault fault) {
                assertThat(fault.kind()).as(event).isEqualTo(Fault.Kind.CONFIGURATION);
            }
        }
    }

    private static List<JsonNode> strange() {
        return List.of(
                NODES.nullNode(),
                NODES.numberNode(7),
                NODES.stringNode("x\0\ud800 y"),
                NODES.booleanNode(true),
                NODES.arrayNode().add(1),
                NODES.objectNode().put("a", 1),
                NODES.stringNode("m".repeat(1 << 20)));
    }

    private static void mutate(JsonNode row) throws IOException {
        ForgeKind kind = ForgeKind.of(row.get("forge").asString()).orElseThrow();
        String event = row.get("event").asString();
        Headers headers =
                PayloadsTest.headers(
                        "X-GitHub-Event", event,
                        "X-Gitlab-Event", event,
                        "X-Gitea-Event", event,
                        "X-Event-Key", event);
        JsonNode body;
        try (InputStream in =
                Files.newInputStream(resource("webhooks/" + row.get("file").asString()))) {
            body = MAPPER.readTree(in);
        }
        List<JsonNode> others = strange();
        List<Field> fields = new ArrayList<>();
        collect(body, 0, fields);
        assertThat(fields).isNotEmpty();
        for (Field field : fields) {
            JsonNode was = field.parent().remove(field.name());
            check(kind, headers, body, field.name() + " missing");
            for (JsonNode other : others) {
                boolean long_ = other.isString() && other.asString().length() > 1000;
                if (!long_ || field.depth() < 2) {
                    field.parent().set(field.name(), other);
                    check(kind, headers, body, field.name() + " " + other.getNodeType());
                }
            }
            field.parent().set(field.name(), was);
        }
    }

    private record Field(ObjectNode parent, String name, int depth) {}

    private static void collect(JsonNode node, int depth, List<Field> fields) {
        if (node instanceof ObjectNode object) {
            object.propertyNames()
                    .forEach(
                            name -> {
                                if (!name.endsWith("url") && !name.endsWith("links")) {
                                    fields.add(new Field(object, name, depth));
                                    collect(object.get(name), depth + 1, fields);
                                }
                            });
        } else if (node.isArray() && !node.isEmpty()) {
            collect(node.get(0), depth + 1, fields);
        }
    }

    private static void check(ForgeKind kind, Headers headers, JsonNode body, String what) {
        try {
            byte[] bytes = MAPPER.writeValueAsBytes(body);
            Forge.Reading reading =
                    Forge.of(kind).read(headers, Json.read(new ByteArrayInputStream(bytes)));
            assertThat(MAPPER.writeValueAsString(reading)).doesNotContain("\\u0000");
        } catch (Fault fault) {
            assertThat(fault.kind()).as(what).isEqualTo(Fault.Kind.CONFIGURATION);
        } catch (IOException | RuntimeException e) {
            fail(what, e);
        }
    }
}
