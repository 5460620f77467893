package io.slipway.web.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.inbox.Hook;
import io.slipway.engine.inbox.Hooks;
import io.slipway.engine.secret.Secret;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/// The rows A-WH of `attacks.tsv`, over real HTTP on a real database; those of floods have a class
/// of their own.
@Tag("attack")
@ExtendWith(DatabaseExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
final class AttacksTest {
    private static final String AFTER = "2".repeat(40);

    private final Database database;
    private HookDoor door;
    private long project;
    private Hook hook;

    AttacksTest(Database database) {
        this.database = database;
    }

    @BeforeAll
    void open(@TempDir Path folder) throws Exception {
        door = new HookDoor(database, folder, Duration.ofSeconds(2));
        project = door.project("attacked");
        hook = door.hook(ForgeKind.GITHUB, project, "42");
    }

    @AfterAll
    void close() throws Exception {
        door.close();
    }

    /// A row's check.
    @FunctionalInterface
    private interface Check {
        void run() throws Exception;
    }

    private Map<String, Check> checks() {
        Map<String, Check> checks = new TreeMap<>();
        checks.put("A-WH-1", this::unsigned);
        checks.put("A-WH-2", this::malformedSignatures);
        checks.put("A-WH-3", this::changedBodies);
        checks.put("A-WH-4", AttacksTest::onePlaceCompares);
        checks.put("A-WH-5", this::replays);
        checks.put("A-WH-6", this::otherRepositories);
        checks.put("A-WH-7", this::times);
        checks.put("A-WH-8", this::otherEvents);
        checks.put("A-WH-10", this::noJson);
        checks.put("A-WH-11", this::wrongFields);
        checks.put("A-WH-12", this::grammar);
        return checks;
    }

    @TestFactory
    Stream<DynamicTest> rows() {
        return checks().entrySet().stream()
                .map(one -> DynamicTest.dynamicTest(one.getKey(), one.getValue()::run));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// Nobody else's push has this body.
    private static byte[] fresh() {
        return HookDoor.push("42", "refs/heads/" + UUID.randomUUID(), AFTER);
    }

    private HttpRequest.Builder signed(Hook to, String signature, byte[] body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(door.url(to))
                        .header("X-GitHub-Event", "push")
                        .POST(BodyPublishers.ofByteArray(body));
        return signature.isEmpty() ? request : request.header("X-Hub-Signature-256", signature);
    }

    private void refused(int status, HttpRequest.Builder request) throws Exception {
        long before = door.deliveries();
        HttpResponse<String> answer = door.send(request);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(door.deliveries()).isEqualTo(before);
    }

    private void unsigned() throws Exception {
        byte[] body = bytes("no JSON at all");
        refused(401, signed(hook, "", body));
        refused(401, signed(hook, "", body).header("X-Hub-Signature", "sha1=" + "0".repeat(40)));
        refused(401, signed(hook, HookDoor.signature("another secret of mine", body), body));
        assertThatThrownBy(
                        () ->
                                database.change(
                                        tx ->
                                                door.hooks.create(
                                                        tx,
                                                        new Hooks.Wanted(
                                                                ForgeKind.GITHUB, project, "", ""),
                                                        Secret.of(""),
                                                        null)))
                .isInstanceOf(Fault.class)
                .hasMessage("cannot make the hook: its secret has 0 characters");
        HttpRequest.Builder nowhere =
                HttpRequest.newBuilder(door.url(hook).resolve("/webhooks/" + "A".repeat(22)))
                        .POST(BodyPublishers.noBody());
        refused(404, nowhere);
    }

    private void malformedSignatures() throws Exception {
        byte[] body = fresh();
        String right = HookDoor.signature(body);
        refused(401, signed(hook, right.substring(0, right.length() - 2), body));
        refused(401, signed(hook, right + "00", body));
        refused(401, signed(hook, right.substring(0, right.length() - 1), body));
        refused(401, signed(hook, "sha256=", body));
        refused(401, signed(hook, "sha256=" + "z".repeat(64), body));
        refused(401, signed(hook, right + "," + right, body));
        refused(401, signed(hook, right, body).header("X-Hub-Signature-256", "sha256=00"));
        refused(431, signed(hook, "sha256=" + "0".repeat(1 << 20), body));
    }

    private void changedBodies() throws Exception {
        byte[] body = fresh();
        String right = HookDoor.signature(body);
        byte[] bit = body.clone();
        bit[20] ^= 1;
        refused(401, signed(hook, right, bit));
        String text = new String(body, StandardCharsets.UTF_8);
        refused(401, signed(hook, right, bytes(text.replace("\n", "\r\n"))));
        refused(401, signed(hook, right, bytes(text.replace(",", ", "))));
        refused(401, signed(hook, right, text.getBytes(Charset.forName("UTF-16"))));
    }

    /// In place of a measured time: nothing but one class compares what webhooks prove with.
    private static void onePlaceCompares() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("pipeline-engine"))) {
            root = root.getParent();
        }
        List<String> comparing = new ArrayList<>();
        for (String where :
                List.of(
                        "pipeline-engine/src/main/java/io/slipway/engine/forge",
                        "pipeline-engine/src/main/java/io/slipway/engine/inbox",
                        "web/src/main/java/io/slipway/web/webhook")) {
            try (Stream<Path> files = Files.walk(root.resolve(where))) {
                for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    String text = Files.readString(file);
                    assertThat(text).as("%s", file).doesNotContain("Arrays.equals");
                    if (text.contains("MessageDigest.isEqual")
                            || text.contains("Mac.getInstance")) {
                        comparing.add(file.getFileName().toString());
                    }
                }
            }
        }
        assertThat(comparing).containsExactly("SignedBody.java");
    }

    private void replays() throws Exception {
        byte[] body = fresh();
        assertThat(door.send(door.github(hook, "push", body)).statusCode()).isEqualTo(202);
        await().until(() -> door.open() == 0);
        int handled = door.handled.size();
        for (int days : List.of(0, 1, 88)) {
            database.change(
                    tx ->
                            tx.update(
                                    "update webhook_deliveries set received_at = received_at - ? *"
                                            + " interval '1 day'",
                                    days));
            HttpResponse<String> again = door.send(door.github(hook, "push", body));
            assertThat(again.statusCode()).isEqualTo(200);
            assertThat(again.body()).contains("\"state\":\"duplicate\"");
        }
        assertThat(door.handled).hasSize(handled);
    }

    private void otherRepositories() throws Exception {
        for (String repository : List.of("43", "\"42 \"", "null", "\"\"", "{}", "42.0")) {
            refused(422, door.github(hook, "push", HookDoor.push(repository, AFTER)));
        }
    }

    private HttpRequest.Builder standard(Hook to, String id, String time, byte[] body) {
        byte[] before = bytes(id + "." + time + ".");
        byte[] all = new byte[before.length + body.length];
        System.arraycopy(before, 0, all, 0, before.length);
        System.arraycopy(body, 0, all, before.length, body.length);
        String hex = HookDoor.signature(all).substring("sha256=".length());
        String mac = Base64.getEncoder().encodeToString(java.util.HexFormat.of().parseHex(hex));
        return HttpRequest.newBuilder(door.url(to))
                .header("webhook-id", id)
                .header("webhook-timestamp", time)
                .header("webhook-signature", "v1," + mac)
                .POST(BodyPublishers.ofByteArray(body));
    }

    private void times() throws Exception {
        Hook generic = door.hook(ForgeKind.GENERIC, project, "42");
        long now = Instant.now().getEpochSecond();
        byte[] ping = bytes("{\"type\":\"ping\",\"data\":{\"repository\":42}}");
        refused(401, standard(generic, "m1", "" + (now - 400), ping));
        refused(401, standard(generic, "m1", "" + (now + 400), ping));
        refused(401, standard(generic, "m1", "soon", ping));
        refused(401, standard(generic, "m1", "9223372036854775808", ping));
        assertThat(door.send(standard(generic, "m1", "" + now, ping)).statusCode()).isEqualTo(202);
        byte[] other = bytes("{\"type\":\"ping\",\"data\":{\"repository\":42,\"x\":1}}");
        refused(409, standard(generic, "m1", "" + now, other));
    }

    private void otherEvents() throws Exception {
        for (String event : List.of("pull_request", "release", "create", "ping", "issues")) {
            refused(400, door.github(hook, event, fresh()));
        }
        byte[] request = bytes("{\"number\":1,\"pull_request\":{},\"repository\":{\"id\":42}}");
        refused(400, door.github(hook, "push", request));
    }

    private void noJson() throws Exception {
        for (String body :
                List.of(
                        "",
                        "[]",
                        "{",
                        "{\"a\":1,\"a\":2}",
                        "{\"a\":" + "[".repeat(100_000),
                        "\ufeff{}",
                        "{\"a\":NaN}")) {
            refused(400, door.github(hook, "push", bytes(body)));
        }
        byte[] strange =
                bytes(
                        new String(fresh(), StandardCharsets.UTF_8)
                                .replace("Change it", "\\ud800 \\u0000 \\n"));
        assertThat(door.send(door.github(hook, "push", strange)).statusCode()).isEqualTo(202);
    }

    private void wrongFields() throws Exception {
        for (String body :
                List.of(
                        "{\"ref\":7,\"before\":[],\"after\":{},\"repository\":{\"id\":42}}",
                        "{\"ref\":\"refs/heads/main\",\"before\":1,\"after\":true,\"repository\":42}",
                        "{\"repository\":{\"id\":42}}")) {
            refused(400, door.github(hook, "push", bytes(body)));
        }
    }

    private void grammar() throws Exception {
        for (String ref :
                List.of(
                        "refs/heads/../../x",
                        "refs/heads/a.lock",
                        "refs/heads/a..b",
                        "refs/heads/@{u}",
                        "refs/heads/-x",
                        "refs/heads/" + "a".repeat(4096),
                        "main")) {
            refused(400, door.github(hook, "push", HookDoor.push("42", ref, AFTER)));
        }
        for (String after : List.of("2222", "HEAD", "g".repeat(40), "2".repeat(64))) {
            refused(400, door.github(hook, "push", HookDoor.push("42", after)));
        }
        await().until(() -> door.open() == 0);
        door.handled.clear();
        byte[] deleted = HookDoor.push("42", "refs/heads/gone", "0".repeat(40));
        assertThat(door.send(door.github(hook, "push", deleted)).statusCode()).isEqualTo(202);
        await().until(() -> door.open() == 0);
        assertThat(door.handled).singleElement().isInstanceOf(ForgeEvent.BranchDeleted.class);
        byte[] many =
                bytes(
                        new String(fresh(), StandardCharsets.UTF_8)
                                .replace(
                                        "\"head_commit\"",
                                        "\"commits\":["
                                                + "{\"id\":\"x\"},".repeat(2048)
                                                + "{}],\"head_commit\""));
        assertThat(door.send(door.github(hook, "push", many)).statusCode()).isEqualTo(202);
    }
}
