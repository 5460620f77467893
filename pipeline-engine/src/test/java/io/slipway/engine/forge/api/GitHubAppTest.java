package io.slipway.engine.forge.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressRules;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.secret.Secret;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/// A GitHub App against a forge that lets nobody in whose signature is not the App's, by requests
/// as GitHub's documentation has them. Not tried against the real service.
final class GitHubAppTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String INSTALLED = "GET /api/v3/repos/team/shop/installation";
    private static final String TOKENS = "POST /api/v3/app/installations/9/access_tokens";
    private static final String LIST = "GET /api/v3/app/installations";
    private static final String HOOK = "/api/v3/app/hook/config";

    @TempDir Path temp;
    private ScriptedForge forge;
    private Egress egress;
    private KeyPair keys;
    private Instant now;

    @BeforeEach
    void start() throws Exception {
        forge = new ScriptedForge();
        egress = new Egress(EgressRules.parse(List.of(forge.origin())));
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        keys = generator.generateKeyPair();
        now = Instant.now();
        for (String asked : List.of(INSTALLED, TOKENS, LIST, "GET " + HOOK, "PATCH " + HOOK)) {
            forge.guard(asked, this::isTheApp);
        }
        forge.at(INSTALLED, 200, Map.of(), "{\"id\":9}");
        token("one", now.plus(Duration.ofHours(1)));
    }

    @AfterEach
    void stop() {
        egress.close();
        forge.close();
    }

    private void token(String token, Instant end) {
        forge.at(
                TOKENS,
                201,
                Map.of(),
                "{\"token\":\"ghs_%s\",\"expires_at\":\"%s\"}".formatted(token, end));
    }

    /// As GitHub checks it: signature, issuer, and that it holds now and not for long.
    private boolean isTheApp(String authorization) {
        String[] parts = authorization.replaceFirst("^Bearer ", "").split("\\.");
        if (parts.length != 3 || !verified(parts, keys.getPublic())) {
            return false;
        }
        Base64.Decoder url = Base64.getUrlDecoder();
        JsonNode head = JSON.readTree(url.decode(parts[0]));
        JsonNode claims = JSON.readTree(url.decode(parts[1]));
        long seconds = now.getEpochSecond();
        return head.path("alg").asString().equals("RS256")
                && claims.path("iss").asString().equals("12345")
                && claims.path("iat").asLong() <= seconds
                && claims.path("exp").asLong() > seconds
                && claims.path("exp").asLong() <= seconds + 600;
    }

    private static boolean verified(String[] parts, PublicKey key) {
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initVerify(key);
            signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            return signature.verify(Base64.getUrlDecoder().decode(parts[2]));
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static Path pem(Path file, String kind, byte[] bytes) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return Files.writeString(
                file, "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(kind, body));
    }

    /// What PKCS#8 is wrapped around: the last of its parts.
    private static byte[] pkcs1(byte[] pkcs8) {
        return Arrays.copyOfRange(pkcs8, 26, pkcs8.length);
    }

    private AppKey key() throws IOException {
        return AppKey.read(
                pem(
                        temp.resolve("key.pem"),
                        "RSA PRIVATE KEY",
                        pkcs1(keys.getPrivate().getEncoded())));
    }

    /// A clock that goes as the test says.
    private final class Hand extends Clock {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    private GitHubApp app(AppKey key) {
        return new GitHubApp(egress, EgressUrl.parse(forge.origin()), "12345", key, new Hand());
    }

    private long asked(String request) {
        return forge.asked().stream()
                .filter(one -> one.lines().findFirst().orElse("").startsWith(request))
                .count();
    }

    @Test
    void aTokenOfOneRepositoryIsAskedForOnceAndAgainBeforeItEnds() throws Exception {
        GitHubApp app = app(key());
        assertThat(app.token("team/shop", "42")).isEqualTo(Secret.of("ghs_one"));
        assertThat(app.token("team/shop", "42")).isEqualTo(Secret.of("ghs_one"));
        assertThat(asked(TOKENS)).isEqualTo(1);
        assertThat(forge.asked().getLast().lines().toList().getLast())
                .as("it may do nothing with another repository")
                .isEqualTo("{\"repository_ids\":[42]}");
        now = now.plus(Duration.ofMinutes(50));
        token("two", now.plus(Duration.ofHours(1)));
        assertThat(app.token("team/shop", "42")).isEqualTo(Secret.of("ghs_two"));
        assertThat(asked(TOKENS)).isEqualTo(2);
        assertThat(app.token("team/shop", "43")).as("another one's is another").isNotNull();
        assertThat(asked(TOKENS)).isEqualTo(3);
    }

    @Test
    void bothFormsOfTheKeyAreReadAndNoOther() throws Exception {
        byte[] pkcs8 = keys.getPrivate().getEncoded();
        AppKey whole = AppKey.read(pem(temp.resolve("whole"), "PRIVATE KEY", pkcs8));
        assertThat(app(whole).token("team/shop", "42")).isEqualTo(Secret.of("ghs_one"));
        KeyPairGenerator small = KeyPairGenerator.getInstance("RSA");
        small.initialize(1024);
        KeyPairGenerator curve = KeyPairGenerator.getInstance("EC");
        List<Path> bad =
                List.of(
                        Files.writeString(temp.resolve("words"), "a key"),
                        pem(temp.resolve("cut"), "RSA PRIVATE KEY", Arrays.copyOf(pkcs8, 200)),
                        pem(
                                temp.resolve("small"),
                                "PRIVATE KEY",
                                small.generateKeyPair().getPrivate().getEncoded()),
                        pem(
                                temp.resolve("curve"),
                                "PRIVATE KEY",
                                curve.generateKeyPair().getPrivate().getEncoded()),
                        temp.resolve("missing"));
        for (Path file : bad) {
            assertThatThrownBy(() -> AppKey.read(file))
                    .hasMessageStartingWith("cannot use " + file + " as the key of the GitHub App");
        }
    }

    @Test
    void aKeyThatIsNotTheAppsIsRefusedAndNothingOfItIsSaid() throws Exception {
        AppKey theirs = key();
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        keys = generator.generateKeyPair();
        assertThatThrownBy(() -> app(theirs).token("team/shop", "42"))
                .hasMessageContaining("status 401")
                .satisfies(e -> assertThat(e.toString()).doesNotContain("eyJ"));
        assertThat(asked(TOKENS)).isZero();
    }

    @Test
    void whatMakesNoSenseIsNoToken() throws Exception {
        GitHubApp app = app(key());
        for (String body :
                List.of(
                        "{}",
                        "[]",
                        "{\"token\":\"\",\"expires_at\":\"2030-01-01T00:00:00Z\"}",
                        "{\"token\":\"a\\r\\nb\",\"expires_at\":\"2030-01-01T00:00:00Z\"}",
                        "{\"token\":\"ghs_secret\",\"expires_at\":\"soon\"}")) {
            forge.at(TOKENS, 201, Map.of(), body);
            assertThatThrownBy(() -> app.token("team/shop", "42"))
                    .hasMessageContaining("makes no sense")
                    .satisfies(e -> assertThat(e.toString()).doesNotContain("ghs_secret"));
        }
        forge.at(INSTALLED, 404, Map.of(), "{}");
        assertThatThrownBy(() -> app.token("team/shop", "42"))
                .hasMessage("cannot ask about team/shop: the GitHub App is not installed there");
        assertThat(app.isAt(ForgeKind.GITHUB, EgressUrl.parse(forge.origin()))).isTrue();
        assertThat(app.isAt(ForgeKind.GITHUB, EgressUrl.parse("https://github.com"))).isFalse();
    }

    private String json(int id, String name) {
        return "{\"id\":%d,\"full_name\":\"team/%2$s\",\"clone_url\":\"%3$s/team/%2$s.git\",\"default_branch\":\"main\"}"
                .formatted(id, name, forge.origin());
    }

    @Test
    void everyRepositoryWhereItIsInstalledIsListed() throws Exception {
        forge.at(
                LIST,
                200,
                Map.of(),
                "[{\"id\":9,\"suspended_at\":null},{\"id\":10,\"suspended_at\":\"2026-01-01T00:00:00Z\"}]");
        forge.guard("GET /api/v3/installation/repositories", word -> word.equals("Bearer ghs_one"));
        forge.at(
                "GET /api/v3/installation/repositories",
                200,
                Map.of(),
                "{\"total_count\":2,\"repositories\":[%s,%s]}"
                        .formatted(json(1, "shop"), json(2, "cart")));
        assertThat(app(key()).repositories().stream().map(ForgeRepository::name))
                .containsExactly("team/shop", "team/cart");
        forge.at("GET /api/v3/repos/team/shop", 200, Map.of(), json(1, "shop"));
        assertThat(app(key()).repository("team/shop").id()).isEqualTo("1");
    }

    @Test
    void itsWebhookIsEnteredUnlessItTellsSomebodyElse() throws Exception {
        GitHubApp app = app(key());
        String url = "https://slipway.example.com/webhooks/a";
        forge.at("GET " + HOOK, 200, Map.of(), "{\"content_type\":\"form\"}");
        forge.at("PATCH " + HOOK, 200, Map.of(), "{}");
        assertThat(app.enterHook(url, Secret.of("key")).done()).isTrue();
        assertThat(forge.asked().getLast().lines().toList().getLast())
                .isEqualTo(
                        "{\"content_type\":\"json\",\"insecure_ssl\":\"0\",\"secret\":\"key\",\"url\":\""
                                + url
                                + "\"}");
        forge.at("GET " + HOOK, 200, Map.of(), "{\"url\":\"https://other.example.com/\"}");
        assertThat(app.enterHook(url, Secret.of("key")).problem())
                .isEqualTo("the App's webhook has another URL already");
        assertThat(asked("PATCH " + HOOK)).isEqualTo(1);
    }
}
