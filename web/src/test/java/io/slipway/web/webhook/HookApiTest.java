package io.slipway.web.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.inbox.Hook;
import io.slipway.engine.inbox.Hooks;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Hooks and what came through them, as the API has them, and who may ask for what.
@ExtendWith(DatabaseExtension.class)
final class HookApiTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String AFTER = "2".repeat(40);

    @TempDir Path folder;
    private final Database database;
    private HookDoor door;
    private String name;
    private long project;
    private TokenText configures;
    private TokenText reads;

    HookApiTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void open() throws Exception {
        door = new HookDoor(database, folder, Duration.ofSeconds(30));
        name = "h" + Math.abs(UUID.randomUUID().hashCode());
        project = door.project(name);
        configures = door.token(project, Right.READ, Right.CONFIGURE, Right.RUN);
        reads = door.token(project, Right.READ);
    }

    @AfterEach
    void close() throws Exception {
        door.close();
        database.change(tx -> tx.update("delete from hooks"));
    }

    private JsonNode asked(String method, String path, TokenText token, String body)
            throws Exception {
        HttpResponse<String> answer = door.api(method, path, token, body);
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return JSON.readTree(answer.body());
    }

    private int status(String method, String path, TokenText token) throws Exception {
        return door.api(method, path, token, method.equals("POST") ? "{}" : "").statusCode();
    }

    /// As any library for Standard Webhooks signs: the key is what stands behind `whsec_`, in
    /// Base64. A ping that names no repository binds the hook to none.
    @Test
    void aGenericHookTakesWhatStandardWebhooksSign() throws Exception {
        JsonNode made =
                asked(
                        "POST",
                        "/projects/" + name + "/hooks",
                        configures,
                        "{\"forge\":\"generic\"}");
        assertThat(made.path("secret").asString()).matches("whsec_[A-Za-z0-9+/]{43}=");
        assertThat(standard(made, "{\"type\":\"ping\"}")).isEqualTo(202);
        assertThat(standard(made, "{\"type\":\"ping\"}")).as("a copy").isEqualTo(200);
        assertThat(standard(made, pushed("one", "1"))).isEqualTo(202);
        assertThat(standard(made, pushed("one", "2"))).isEqualTo(202);
        assertThat(standard(made, pushed("another", "1"))).isEqualTo(422);
        assertThat(standard(made, "{\"type\":\"ping\",\"timestamp\":1}")).isEqualTo(202);
    }

    private static String pushed(String repository, String digit) {
        return "{\"type\":\"push\",\"data\":{\"repository\":\"%s\",\"ref\":\"refs/heads/main\",\"after\":\"%s\"}}"
                .formatted(repository, digit.repeat(40));
    }

    private int standard(JsonNode hook, String body) throws Exception {
        String id = UUID.randomUUID().toString();
        String time = Long.toString(Instant.now().getEpochSecond());
        Mac mac = Mac.getInstance("HmacSHA256");
        String key = hook.path("secret").asString().substring("whsec_".length());
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(key), "HmacSHA256"));
        byte[] signed =
                mac.doFinal((id + "." + time + "." + body).getBytes(StandardCharsets.UTF_8));
        URI to =
                URI.create(
                        "http://127.0.0.1:"
                                + door.port
                                + "/webhooks/"
                                + hook.path("hook").asString());
        return door.send(
                        HttpRequest.newBuilder(to)
                                .header("Content-Type", "application/json")
                                .header("webhook-id", id)
                                .header("webhook-timestamp", time)
                                .header(
                                        "webhook-signature",
                                        "v1," + Base64.getEncoder().encodeToString(signed))
                                .POST(HttpRequest.BodyPublishers.ofString(body)))
                .statusCode();
    }

    @Test
    void aHookIsMadeListedUsedAndRemoved() throws Exception {
        String hooks = "/projects/" + name + "/hooks";
        JsonNode made =
                asked("POST", hooks, configures, "{\"forge\":\"github\",\"label\":\"mine\"}");
        String address = made.path("hook").asString();
        String secret = made.path("secret").asString();
        assertThat(made.path("url").asString())
                .isEqualTo("https://slipway.example.com/webhooks/" + address);
        JsonNode listed = asked("GET", hooks, configures, "").path("hooks").get(0);
        assertThat(listed.path("hook").asString()).isEqualTo(address);
        assertThat(listed.path("label").asString()).isEqualTo("mine");
        assertThat(listed.path("deliveredAt").isNull()).isTrue();
        assertThat(listed.toString()).doesNotContain(secret);

        byte[] body = HookDoor.push("42", AFTER);
        Hook hook = database.read(tx -> door.hooks.find(tx, address)).orElseThrow();
        assertThat(
                        door.send(
                                        door.github(hook, "push", body)
                                                .setHeader(
                                                        "X-Hub-Signature-256",
                                                        HookDoor.signature(secret, body)))
                                .statusCode())
                .isEqualTo(202);
        assertThat(
                        asked("GET", hooks, configures, "")
                                .path("hooks")
                                .get(0)
                                .path("deliveredAt")
                                .isNull())
                .isFalse();

        assertThat(status("DELETE", hooks + "/" + address, configures)).isEqualTo(204);
        assertThat(status("DELETE", hooks + "/" + address, configures)).isEqualTo(404);
        // What was looked up is known for a second.
        await().until(() -> door.send(door.github(hook, "push", body)).statusCode() == 404);
    }

    @Test
    void onlyWhoConfiguresTheProjectHasToDoWithItsHooks() throws Exception {
        String hooks = "/projects/" + name + "/hooks";
        Hook hook = door.hook(ForgeKind.GITHUB, project, "42");
        assertThat(status("GET", hooks, reads)).isEqualTo(403);
        assertThat(door.api("POST", hooks, reads, "{\"forge\":\"github\"}").statusCode())
                .isEqualTo(403);
        assertThat(status("DELETE", hooks + "/" + hook.address(), reads)).isEqualTo(403);
        String other = "o" + name;
        TokenText others = door.token(door.project(other), Right.READ, Right.CONFIGURE);
        assertThat(status("DELETE", "/projects/" + other + "/hooks/" + hook.address(), others))
                .as("another project's hook")
                .isEqualTo(404);
        assertThat(database.read(tx -> door.hooks.find(tx, hook.address())).isPresent()).isTrue();
        assertThat(door.api("POST", hooks, configures, "{\"forge\":\"sourceforge\"}").statusCode())
                .isEqualTo(400);
        assertThat(
                        door.api(
                                        "POST",
                                        hooks,
                                        configures,
                                        "{\"forge\":\"github\",\"secret\":\"short\"}")
                                .statusCode())
                .isEqualTo(400);
    }

    @Test
    void theHookOfAnOrganisationIsListedAndRemovedByWhoOperatesTheInstance() throws Exception {
        String hooks = "/projects/" + name + "/hooks";
        Hook hook = door.hook(ForgeKind.GITHUB, null, "");
        database.change(
                tx -> {
                    tx.update(
                            "update hooks set organisation = 'team', base_url = 'https://x' where"
                                    + " id = ?",
                            hook.id());
                    Hooks.connect(tx, hook.id(), "42", project);
                });
        assertThat(
                        asked("GET", hooks, configures, "")
                                .path("hooks")
                                .get(0)
                                .path("organisation")
                                .asString())
                .isEqualTo("team");
        assertThat(status("DELETE", hooks + "/" + hook.address(), configures)).isEqualTo(403);
        TokenText operates = door.token(null, Right.READ, Right.CONFIGURE, Right.OPERATE);
        assertThat(status("DELETE", hooks + "/" + hook.address(), operates)).isEqualTo(204);
    }

    @Test
    void aDeliveryIsShownWithoutCredentialsAndReplayedByWhoMayRun() throws Exception {
        Hook hook = door.hook(ForgeKind.GITHUB, project, "42");
        byte[] body = HookDoor.push("42", AFTER);
        door.send(door.github(hook, "push", body).header("Authorization", "Bearer stray"));
        await().until(() -> door.deliveries() > 0 && door.open() == 0);
        JsonNode page = asked("GET", "/projects/" + name + "/webhooks", reads, "");
        String id = page.path("webhooks").get(0).path("id").asString();
        JsonNode one = asked("GET", "/webhooks/" + id, reads, "");
        assertThat(one.path("webhook").path("verdict").asString()).isEqualTo("started");
        assertThat(one.path("body").asString()).contains(AFTER);
        assertThat(one.toString()).doesNotContain("stray").doesNotContain(HookDoor.SECRET);

        assertThat(status("POST", "/webhooks/" + id + "/replay", reads)).isEqualTo(403);
        String again =
                asked("POST", "/webhooks/" + id + "/replay", configures, "{}")
                        .path("delivery")
                        .asString();
        await().until(() -> door.open() == 0);
        JsonNode replayed = asked("GET", "/webhooks/" + again, reads, "").path("webhook");
        assertThat(replayed.path("replayOf").asString()).isEqualTo(id);
        assertThat(replayed.path("replayedBy").asString()).isEqualTo("ada");
        assertThat(door.handled).hasSize(2);

        TokenText others = door.token(door.project("x" + name), Right.READ, Right.RUN);
        assertThat(status("GET", "/webhooks/" + id, others)).isEqualTo(404);
        assertThat(status("POST", "/webhooks/" + id + "/replay", others)).isEqualTo(404);
        assertThat(status("GET", "/webhooks/none", reads)).isEqualTo(404);
    }
}
