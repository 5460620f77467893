package io.slipway.engine.forge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.slipway.fault.Fault;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.ThrowingConsumer;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/// Real payloads: each becomes exactly the events of its row in `expected.jsonl`.
class PayloadsTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Path HERE = here();

    private static Path here() {
        try {
            return Path.of(
                    Objects.requireNonNull(PayloadsTest.class.getResource("webhooks")).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static Headers headers(String... namesAndValues) {
        return new Headers(
                Stream.iterate(0, i -> i < namesAndValues.length, i -> i + 2)
                        .map(i -> Map.entry(namesAndValues[i], namesAndValues[i + 1]))
                        .toList());
    }

    private static String header(ForgeKind kind) {
        return switch (kind) {
            case GITHUB -> "X-GitHub-Event";
            case GITLAB -> "X-Gitlab-Event";
            case GITEA -> "X-Gitea-Event";
            case BITBUCKET, BITBUCKET_DATA_CENTER -> "X-Event-Key";
            case GENERIC -> "unused";
        };
    }

    @TestFactory
    Stream<DynamicTest> eachBecomesWhatItsRowSays() throws IOException {
        return each(
                HERE.resolve("expected.jsonl"),
                row -> row.get("file").asString(),
                row -> assertThat(reading(row)).isEqualTo(row.get("reading").toString()));
    }

    /// A test for each line of a file.
    private static Stream<DynamicTest> each(
            Path rows, Function<JsonNode, String> name, ThrowingConsumer<JsonNode> test)
            throws IOException {
        return Files.readAllLines(rows).stream()
                .map(MAPPER::readTree)
                .map(row -> DynamicTest.dynamicTest(name.apply(row), () -> test.accept(row)));
    }

    private static String reading(JsonNode row) throws IOException {
        ForgeKind kind = ForgeKind.of(row.get("forge").asString()).orElseThrow();
        Headers headers = headers(header(kind), row.get("event").asString());
        try (InputStream in = Files.newInputStream(HERE.resolve(row.get("file").asString()))) {
            return MAPPER.writeValueAsString(Forge.of(kind).read(headers, Json.read(in)));
        } catch (Fault fault) {
            return fail(fault.message(), fault);
        }
    }

    /// What none of the real ones tells, in bodies after the forges' documentation:
    /// `described.jsonl`.
    @TestFactory
    Stream<DynamicTest> eachThatIsDescribedBecomesWhatItsRowSays() throws IOException {
        return each(
                HERE.resolveSibling("described.jsonl"),
                row ->
                        row.get("forge").asString()
                                + " "
                                + row.get("event").asString()
                                + ": "
                                + row.get("what").asString(),
                row -> assertThat(events(row)).isEqualTo(row.get("events")));
    }

    private static JsonNode events(JsonNode row) throws IOException {
        ForgeKind kind = ForgeKind.of(row.get("forge").asString()).orElseThrow();
        Headers headers = headers(header(kind), row.get("event").asString());
        byte[] body = MAPPER.writeValueAsBytes(row.get("body"));
        Forge.Reading reading =
                Forge.of(kind).read(headers, Json.read(new ByteArrayInputStream(body)));
        return MAPPER.readTree(MAPPER.writeValueAsString(reading)).get("events");
    }

    @Test
    void anOlderGiteaTellsDraftsByTheirTitle() throws IOException {
        String body = Files.readString(HERE.resolve("gitea/HookPullRequestUpdated.json"));
        for (String title : List.of("WIP: not yet", "[wip] not yet", "Ready")) {
            String named =
                    MAPPER.writeValueAsString(
                            ((tools.jackson.databind.node.ObjectNode) MAPPER.readTree(body))
                                    .set(
                                            "pull_request",
                                            ((tools.jackson.databind.node.ObjectNode)
                                                            MAPPER.readTree(body)
                                                                    .get("pull_request"))
                                                    .put("title", title)));
            ForgeEvent event =
                    Forge.of(ForgeKind.GITEA)
                            .read(
                                    headers("X-Gitea-Event", "pull_request"),
                                    Json.read(
                                            new java.io.ByteArrayInputStream(
                                                    named.getBytes(UTF_8))))
                            .events()
                            .getFirst();
            assertThat(((ForgeEvent.PullRequest) event).draft())
                    .as(title)
                    .isEqualTo(!title.equals("Ready"));
        }
    }

    @Test
    void eachPayloadHasARow() throws IOException {
        List<String> rows =
                Files.readAllLines(HERE.resolve("expected.jsonl")).stream()
                        .map(row -> MAPPER.readTree(row).get("file").asString())
                        .sorted()
                        .toList();
        try (Stream<Path> files = Files.walk(HERE)) {
            assertThat(rows)
                    .isEqualTo(
                            files.filter(file -> file.toString().endsWith(".json"))
                                    .map(file -> HERE.relativize(file).toString())
                                    .sorted()
                                    .toList());
        }
    }
}
