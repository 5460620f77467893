package io.slipway.web.people;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressRules;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.oidc.Oidc;
import io.slipway.engine.oidc.OidcSettings;
import io.slipway.engine.oidc.ScriptedProvider;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.engine.secret.Secret;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import tools.jackson.databind.JsonNode;

import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// The way of a browser to a provider of identities and back, over HTTP. A-WEB-3, A-WEB-4, A-WEB-5.
@Tag("attack")
@ExtendWith(DatabaseExtension.class)
final class OidcApiTest {
    private static final String BACK = PeopleDoor.ORIGIN + "/api/v1/oidc/callback";

    private final Database database;
    private ScriptedProvider provider;
    private Egress egress;
    private PeopleDoor door;

    OidcApiTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void open() throws Exception {
        provider = new ScriptedProvider();
        egress = new Egress(EgressRules.parse(List.of(provider.origin())));
        door = door("groups:platform=admin", "groups:shop=developer@shop");
        database.change(
                tx -> {
                    Projects.create(tx, ProjectName.parse("shop"), null);
                    Projects.create(tx, ProjectName.parse("bank"), null);
                });
    }

    private PeopleDoor door(String... rules) throws Exception {
        return new PeopleDoor(
                database,
                new Oidc(
                        database,
                        egress,
                        new OidcSettings(
                                EgressUrl.parse(provider.origin()),
                                provider.origin(),
                                ScriptedProvider.CLIENT,
                                Secret.of(ScriptedProvider.SECRET),
                                Stream.of(rules).map(OidcSettings.Rule::parse).toList()),
                        BACK));
    }

    @AfterEach
    void close() throws Exception {
        door.close();
        egress.close();
        provider.close();
    }

    /// @param cookie by which the browser is known again
    private record Begun(String state, String code, String cookie) {}

    private Begun begin(String query) throws Exception {
        HttpResponse<String> begun = door.ask("GET", "/oidc/begin" + query).send();
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(303);
        assertThat(begun.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(begun.headers().firstValue("Set-Cookie").orElseThrow())
                .contains("; HTTPOnly")
                .contains("; SameSite=Lax")
                .contains("; Path=/api/v1/oidc");
        String url = begun.headers().firstValue("Location").orElseThrow();
        assertThat(url).startsWith(provider.origin() + "/sign-in?");
        Map<String, String> asked = ScriptedProvider.form(url.replaceFirst("[^?]*\\?", ""));
        assertThat(asked)
                .containsEntry("redirect_uri", BACK)
                .containsEntry("code_challenge_method", "S256")
                .containsKeys("nonce", "state");
        return new Begun(asked.get("state"), provider.code(url), PeopleDoor.cookie(begun));
    }

    private HttpResponse<String> end(String state, String code, String cookie) throws Exception {
        return door.ask("GET", "/oidc/callback?state=" + state + "&code=" + code)
                .with("Cookie", cookie)
                .send();
    }

    private HttpResponse<String> end(Begun begun) throws Exception {
        return end(begun.state(), begun.code(), begun.cookie());
    }

    /// The session that an answer sets; empty: none.
    private static String session(HttpResponse<String> answer) {
        return answer.headers().allValues("Set-Cookie").stream()
                .filter(cookie -> cookie.startsWith("slipway_session="))
                .map(cookie -> cookie.replaceFirst(";.*", ""))
                .findFirst()
                .orElse("");
    }

    private static void refused(HttpResponse<String> answer, String why) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(403);
        assertThat(answer.body()).startsWith("cannot sign in: ").contains(why);
        assertThat(session(answer)).isEmpty();
    }

    private void groups(String subject, String... groups) {
        provider.claims =
                claims ->
                        claims.subject(subject)
                                .claim("preferred_username", subject)
                                .claim("groups", List.of(groups));
    }

    private String signedIn() throws Exception {
        HttpResponse<String> answer = end(begin(""));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(303);
        return session(answer);
    }

    private int project(String session, String project) throws Exception {
        return door.ask("GET", "/projects/" + project + "/members").by(session).status();
    }

    @Test
    void aBrowserGoesToTheProviderAndComesBackSignedInWhereItWas() throws Exception {
        provider.signsByRsa();
        Begun begun = begin("?next=/shop/runs/7");
        HttpResponse<String> answer =
                door.ask("GET", "/oidc/callback?state=" + begun.state() + "&code=" + begun.code())
                        .with("Cookie", begun.cookie() + "; slipway_session=chosen-by-another")
                        .send();
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location")).contains("/shop/runs/7");
        assertThat(answer.headers().firstValue("Referrer-Policy")).contains("no-referrer");
        assertThat(answer.headers().allValues("Set-Cookie"))
                .as("what bound the browser is gone")
                .anyMatch(cookie -> cookie.matches("slipway_sign_in=;.*Max-Age=0.*"));
        assertThat(session(answer)).startsWith("slipway_session=slw_");
        JsonNode me = door.ask("GET", "/me").by(session(answer)).json();
        assertThat(me.path("name").asString()).isEqualTo("anna");
        assertThat(door.ask("GET", "/session").json().path("oidc").asString())
                .isEqualTo("127.0.0.1");
    }

    @Test
    void whatWasNotBegunByThisBrowserIsRefused() throws Exception {
        refused(end("wrong", "code-0", "slipway_sign_in=x"), "not begun here");
        refused(
                door.ask("GET", "/oidc/callback").with("Cookie", "slipway_sign_in=x").send(),
                "not whole");
        Begun other = begin("");
        refused(end(other.state(), other.code(), "slipway_sign_in=another"), "another browser");
        Begun used = begin("");
        assertThat(end(used).statusCode()).isEqualTo(303);
        refused(end(used), "used up");
        Begun mixed = begin("");
        refused(
                door.ask(
                                "GET",
                                "/oidc/callback?iss=https://evil.example&state="
                                        + mixed.state()
                                        + "&code="
                                        + mixed.code())
                        .with("Cookie", mixed.cookie())
                        .send(),
                "another provider");
        refused(
                door.ask("GET", "/oidc/callback?error=access_denied").send(),
                "the provider says no");
        HttpResponse<String> twice =
                door.ask("GET", "/oidc/callback?state=a&state=b&code=c").send();
        assertThat(twice.statusCode()).isEqualTo(400);
        assertThat(session(twice)).isEmpty();
    }

    @Test
    void tokensForOthersByOthersTooOldOrUnsignedAreRefused() throws Exception {
        provider.signsByRsa();
        ScriptedProvider.Signing right = provider.signing;
        Instant now = Instant.now();
        List<UnaryOperator<JWTClaimsSet.Builder>> wrong =
                List.of(
                        claims -> claims.claim("nonce", "another"),
                        claims -> claims.issuer("https://evil.example"),
                        claims -> claims.audience("another"),
                        claims -> claims.expirationTime(Date.from(now.minusSeconds(3_600))));
        for (UnaryOperator<JWTClaimsSet.Builder> one : wrong) {
            provider.claims = one;
            refused(end(begin("")), "ID token is refused");
        }
        provider.claims = claims -> claims;
        provider.signing = ScriptedProvider::unsigned;
        refused(end(begin("")), "ID token is refused");
        provider.signing = ScriptedProvider::withPublicKey;
        refused(end(begin("")), "ID token is refused");
        provider.signing = right;
        assertThat(end(begin("")).statusCode()).isEqualTo(303);
    }

    @Test
    void groupsMakeRolesInSingleProjectsAtEachSignIn() throws Exception {
        groups("bea", "shop");
        String bea = signedIn();
        assertThat(project(bea, "shop")).isEqualTo(200);
        assertThat(project(bea, "bank")).isEqualTo(404);
        assertThat(
                        door.ask("GET", "/projects/shop/members")
                                .byOperator()
                                .json()
                                .path("members")
                                .path(0)
                                .path("role")
                                .asString())
                .isEqualTo("developer");
        groups("bea");
        signedIn();
        assertThat(project(bea, "shop")).as("also of the session before").isEqualTo(404);
    }

    @Test
    void whatSomebodyGaveHereOutlivesTheProvidersWord() throws Exception {
        groups("cem", "shop");
        String cem = signedIn();
        assertThat(
                        door.ask("PUT", "/projects/shop/members/cem")
                                .byOperator()
                                .body("{'role':'admin'}")
                                .status())
                .isEqualTo(204);
        groups("cem");
        signedIn();
        assertThat(project(cem, "shop")).isEqualTo(200);
        groups("cem", "shop");
        signedIn();
        assertThat(door.ask("GET", "/projects/shop/audit").by(cem).status())
                .as("still an admin")
                .isEqualTo(200);
        assertThat(door.ask("GET", "/people").by(cem).status()).isEqualTo(403);
        groups("cem", "platform");
        assertThat(door.ask("GET", "/people").by(signedIn()).status()).isEqualTo(200);
    }

    @Test
    void rulesForProjectsAloneLeaveRolesInTheInstanceToSlipway() throws Exception {
        groups("dan", "platform");
        signedIn();
        door.close();
        door = door("groups:shop=viewer@shop");
        groups("dan", "shop");
        assertThat(door.ask("GET", "/people").by(signedIn()).status())
                .as("nobody took it")
                .isEqualTo(200);
    }

    @Test
    void withoutAProviderAndOverPlainHttpFromElsewhereNobodyIsSentAnywhere() throws Exception {
        HttpResponse<String> plain =
                door.ask("GET", "/oidc/begin").from("192.0.2.7", "http").send();
        assertThat(plain.statusCode()).isEqualTo(403);
        assertThat(plain.body()).contains("over plain HTTP").contains("SLIPWAY_TLS_CERT");
        Begun begun = begin("");
        HttpResponse<String> back =
                door.ask("GET", "/oidc/callback?state=" + begun.state() + "&code=" + begun.code())
                        .with("Cookie", begun.cookie())
                        .from("192.0.2.7", "http")
                        .send();
        assertThat(back.statusCode()).isEqualTo(403);
        assertThat(back.body()).contains("over plain HTTP");
        assertThat(session(back)).isEmpty();
        try (PeopleDoor none = new PeopleDoor(database)) {
            assertThat(none.ask("GET", "/oidc/begin").status()).isEqualTo(404);
            assertThat(none.ask("GET", "/session").json().path("oidc").isNull()).isTrue();
        }
    }
}
