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
        List<JsonNode> others =
                List.of(
                        NODES.nullNode(),
                        NODES.numberNode(7),
                        NODES.stringNode("x\0\ud800 y"),
                        NODES.booleanNode(true),
                        NODES.arrayNode().add(1),
                        NODES.objectNode().put("a", 1),
                        NODES.stringNode("m".repeat(1 << 20)));
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
