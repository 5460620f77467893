package io.slipway.web.people;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

import tools.jackson.databind.JsonNode;

import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.List;

/// Rows of docs/security.md: A-WEB-1, A-WEB-2, A-WEB-7, A-WEB-9, A-TOK-2, A-TOK-4, A-RATE-1.
@Tag("attack")
@ExtendWith(DatabaseExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
final class SessionApiTest {
    private static final String PASSWORD = "four words without a meaning";

    private final Database database;
    private PeopleDoor door;

    SessionApiTest(Database database) {
        this.database = database;
    }

    @BeforeAll
    void open() throws Exception {
        door = new PeopleDoor(database);
        database.change(tx -> Projects.create(tx, ProjectName.parse("shop"), null));
    }

    @AfterAll
    void close() throws Exception {
        door.close();
    }

    @Test
    void anInvitationIsForOnePersonAndOnce() throws Exception {
        String cookie = door.joined("anna", PASSWORD);
        JsonNode me = door.ask("GET", "/me").by(cookie).json();
        assertThat(me.path("name").asString()).isEqualTo("anna");
        assertThat(me.path("kind").asString()).isEqualTo("person");
        assertThat(door.signIn("anna", PASSWORD).status()).isEqualTo(204);
        assertThat(door.ask("GET", "/people").by(cookie).status()).isEqualTo(403);
        assertThat(door.ask("GET", "/projects/shop/members").by(cookie).status()).isEqualTo(404);
    }

    @Test
    void overTlsTheCookieIsBoundToItAndOverPlainHttpToThisMachine() throws Exception {
        door.joined("bert", PASSWORD);
        HttpResponse<String> tls = door.signIn("bert", PASSWORD).from("192.0.2.7", "https").send();
        assertThat(tls.headers().firstValue("Set-Cookie").orElseThrow())
                .startsWith("__Host-slipway_session=slw_")
                .contains("; Secure")
                .contains("; HTTPOnly")
                .contains("; SameSite=Lax")
                .contains("; Path=/")
                .doesNotContain("Domain");
        HttpResponse<String> plain = door.signIn("bert", PASSWORD).from("127.0.0.1", "http").send();
        assertThat(plain.headers().firstValue("Set-Cookie").orElseThrow())
                .startsWith("slipway_session=slw_")
                .doesNotContain("Secure")
                .doesNotContain("Domain");
    }

    @Test
    void passwordsAndTokensAreRefusedOverPlainHttpFromElsewhere() throws Exception {
        String cookie = door.joined("cleo", PASSWORD);
        List<PeopleDoor.Asked> readable =
                List.of(
                        door.signIn("cleo", PASSWORD),
                        door.ask("POST", "/invitation").with("Origin", PeopleDoor.ORIGIN),
                        door.ask("GET", "/me").byOperator(),
                        door.ask("GET", "/me").with("Authorization", "Basic dTpw"),
                        door.ask("GET", "/me").by(cookie));
        for (PeopleDoor.Asked asked : readable) {
            HttpResponse<String> answer = asked.from("192.0.2.7", "http").send();
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(403);
            assertThat(answer.body())
                    .contains("over plain HTTP")
                    .contains("SLIPWAY_TLS_CERT and SLIPWAY_TLS_KEY")
                    .contains("SLIPWAY_TRUSTED_PROXIES");
        }
        assertThat(door.ask("GET", "/me").byOperator().from("192.0.2.7", "https").status())
                .isEqualTo(200);
        assertThat(door.ask("GET", "/me").byOperator().from("::1", "http").status()).isEqualTo(200);
    }

    @Test
    void anotherSiteSignsNobodyInOrOut() throws Exception {
        String cookie = door.joined("dora", PASSWORD);
        String body = "{'name':'dora','password':'" + PASSWORD + "'}";
        assertThat(
                        door.ask("POST", "/session")
                                .with("Origin", "http://evil.test")
                                .body(body)
                                .status())
                .isEqualTo(403);
        assertThat(door.ask("POST", "/session").body(body).status()).isEqualTo(403);
        assertThat(
                        door.ask("DELETE", "/session")
                                .with("Cookie", cookie)
                                .with("Origin", "http://evil.test")
                                .status())
                .isEqualTo(401);
        assertThat(door.ask("GET", "/me").by(cookie).status()).isEqualTo(200);
    }

    @Test
    void unknownAndKnownNamesAreAnsweredAlikeUntilThereWereTooManyTries() throws Exception {
        door.joined("emil", PASSWORD);
        String known = "";
        for (int i = 0; i < 10; i++) {
            HttpResponse<String> answer =
                    door.signIn("emil", "wrong " + i).from("192.0.2.8", "https").send();
            assertThat(answer.statusCode()).isEqualTo(401);
            known = answer.body();
        }
        HttpResponse<String> unknown =
                door.signIn("nobody", "wrong").from("192.0.2.8", "https").send();
        assertThat(unknown.statusCode()).isEqualTo(401);
        assertThat(unknown.body()).isEqualTo(known);

        HttpResponse<String> shut = door.signIn("emil", PASSWORD).from("192.0.2.8", "https").send();

        assertThat(shut.statusCode()).isEqualTo(429);
        assertThat(Long.parseLong(shut.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(1L, 900L);
        assertThat(door.signIn("emil", PASSWORD).from("192.0.2.9", "https").status())
                .as("its owner elsewhere")
                .isEqualTo(204);
    }

    @Test
    void whoGuessesTokensWaitsAndWhoHasOneGoesOn() throws Exception {
        String from = "192.0.2.40";
        assertThat(door.ask("GET", "/me").byOperator().from(from, "https").status()).isEqualTo(200);
        for (int again = 0; again < 50; again++) {
            assertThat(presenting("Bearer slw_guess0", from).status()).isEqualTo(401);
        }
        for (int i = 1; i < 60; i++) {
            assertThat(presenting("Bearer slw_guess" + i, from).status()).isEqualTo(401);
        }
        String pair = Base64.getEncoder().encodeToString("anna:slw_another".getBytes(UTF_8));
        for (String guess : List.of("Bearer slw_another", "Basic " + pair)) {
            HttpResponse<String> shut = presenting(guess, from).send();
            assertThat(shut.statusCode()).as(shut.body()).isEqualTo(429);
            assertThat(shut.body()).contains("too many tries").contains("wait ");
            assertThat(Long.parseLong(shut.headers().firstValue("Retry-After").orElseThrow()))
                    .isBetween(1L, 900L);
        }
        assertThat(door.ask("GET", "/me").byOperator().from(from, "https").status()).isEqualTo(200);
        assertThat(presenting("Bearer slw_another", "192.0.2.41").status()).isEqualTo(401);
    }

    private PeopleDoor.Asked presenting(String authorization, String from) {
        return door.ask("GET", "/me").with("Authorization", authorization).from(from, "https");
    }

    @Test
    void whoGuessesInvitationsWaits() throws Exception {
        int refused = 0;
        int shut = 0;
        for (int i = 0; i < 65; i++) {
            int status =
                    door.ask("POST", "/invitation")
                            .with("Origin", PeopleDoor.ORIGIN)
                            .from("192.0.2.42", "https")
                            .body("{'invitation':'slw_" + i + "','password':'" + PASSWORD + "'}")
                            .status();
            refused += status == 401 ? 1 : 0;
            shut += status == 429 ? 1 : 0;
        }
        assertThat(refused).isEqualTo(60);
        assertThat(shut).isEqualTo(5);
    }

    @Test
    void aBrowserThatAsksForNothingIsSignedOutAndOneThatAsksIsNot() throws Exception {
        String cookie = door.joined("kira", PASSWORD);
        String ago =
                """
                update tokens t set used_at = now() - %s from principals p
                where p.id = t.principal_id and p.name = 'kira'
                """;
        database.change(tx -> tx.update(ago.formatted("interval '7 hours'")));
        assertThat(door.ask("GET", "/me").by(cookie).status()).isEqualTo(200);
        assertThat(
                        database.<Boolean>read(
                                tx ->
                                        tx.one(
                                                """
                                                select bool_and(used_at > now() - interval '1 hour') as used
                                                from tokens t join principals p on p.id = t.principal_id
                                                where p.name = 'kira'
                                                """,
                                                row -> row.flag("used"))))
                .isTrue();
        database.change(tx -> tx.update(ago.formatted("interval '8 hours'")));
        assertThat(door.ask("GET", "/me").by(cookie).status()).isEqualTo(401);
        assertThat(door.signIn("kira", PASSWORD).status()).isEqualTo(204);
    }

    @Test
    void aCookieFromBeforeTheSignInIsNotTheSession() throws Exception {
        door.joined("lena", PASSWORD);
        String planted = "slipway_session=slw_chosen_by_somebody_else_000000000000000000";
        HttpResponse<String> answer = door.signIn("lena", PASSWORD).with("Cookie", planted).send();
        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(PeopleDoor.cookie(answer)).isNotEqualTo(planted);
        assertThat(door.ask("GET", "/me").by(planted).status()).isEqualTo(401);
        String first = PeopleDoor.cookie(answer);
        assertThat(PeopleDoor.cookie(door.signIn("lena", PASSWORD).send())).isNotEqualTo(first);
    }

    @Test
    void onlyWhatTheContractHasIsTaken() throws Exception {
        PeopleDoor.Asked unknown =
                door.ask("POST", "/people").byOperator().body("{'name':'mia','operator':true}");
        assertThat(unknown.status()).isEqualTo(400);
        assertThat(
                        door.ask("POST", "/people?name=mia")
                                .byOperator()
                                .body("{'name':'mia'}")
                                .status())
                .isEqualTo(400);
        assertThat(
                        door.ask("PUT", "/projects/shop/members/root?project=bank")
                                .byOperator()
                                .body("{'role':'viewer'}")
                                .status())
                .isEqualTo(400);
        assertThat(
                        door.ask("PUT", "/projects/shop/members/root")
                                .byOperator()
                                .body("{'role':'viewer','project':'bank'}")
                                .status())
                .isEqualTo(400);
        assertThat(door.ask("GET", "/audit?limit=1&limit=2").byOperator().status()).isEqualTo(400);
        HttpResponse<String> unknownParameter =
                door.ask("GET", "/projects/shop/audit?project=bank").byOperator().send();
        assertThat(unknownParameter.statusCode()).isEqualTo(400);
        assertThat(unknownParameter.body())
                .isEqualTo(
                        """
                        {"type":"about:blank","title":"Bad Request","status":400,\
                        "detail":"cannot take the request: the parameter project is unknown here",\
                        "kind":"configuration",\
                        "remedy":"leave it out, or use one of these: who, action, since, until, cursor, limit"}\
                        """);
        assertThat(door.ask("GET", "/me?limit=1").byOperator().send().body())
                .contains("\"remedy\":\"leave it out: there are none here\"");
        assertThat(door.ask("GET", "/session?next=/").status()).isEqualTo(400);
        assertThat(
                        door.ask("POST", "/session")
                                .with("Origin", PeopleDoor.ORIGIN)
                                .body("{'token':'x','admin':true}")
                                .status())
                .isEqualTo(400);
        assertThat(door.ask("GET", "/me?token=" + "x".repeat(40)).status())
                .as("no token in an address")
                .isEqualTo(401);
    }

    @Test
    void aRevokedTokenEndsTheSessionsThatBeganWithIt() throws Exception {
        String token =
                door.ask("POST", "/tokens")
                        .byOperator()
                        .body("{'label':'laptop','scopes':['read','operate']}")
                        .json()
                        .path("token")
                        .asString();
        String cookie =
                PeopleDoor.cookie(
                        door.ask("POST", "/session")
                                .with("Origin", PeopleDoor.ORIGIN)
                                .body("{'token':'" + token + "'}")
                                .send());
        assertThat(door.ask("GET", "/me").by(cookie).status()).isEqualTo(200);
        assertThat(
                        door.ask("POST", "/session")
                                .with("Origin", PeopleDoor.ORIGIN)
                                .body("{'token':'" + cookie.replaceFirst(".*=", "") + "'}")
                                .status())
                .as("a session makes no further one")
                .isEqualTo(401);
        JsonNode tokens = door.ask("GET", "/tokens").byOperator().json().path("tokens");
        long id = 0;
        for (JsonNode one : tokens) {
            id = one.path("label").asString().equals("laptop") ? one.path("id").asLong() : id;
        }

        assertThat(door.ask("DELETE", "/tokens/" + id).byOperator().status()).isEqualTo(204);

        assertThat(door.ask("GET", "/me").by(cookie).status()).isEqualTo(401);
    }

    @Test
    void whoIsDisabledIsOutWithTheNextRequest() throws Exception {
        String cookie = door.joined("fred", PASSWORD);
        assertThat(
                        door.ask("PATCH", "/people/fred")
                                .byOperator()
                                .body("{'disabled':true}")
                                .status())
                .isEqualTo(204);
        assertThat(door.ask("GET", "/me").by(cookie).status()).isEqualTo(401);
        assertThat(door.signIn("fred", PASSWORD).status()).isEqualTo(401);
    }

    @Test
    void aChangedPasswordKeepsThisBrowserAndEndsTheOthers() throws Exception {
        String here = door.joined("gina", PASSWORD);
        String there = PeopleDoor.cookie(door.signIn("gina", PASSWORD).send());
        String next = "another four words of hers";
        String change = "{'old':'%s','password':'%s'}";
        assertThat(
                        door.ask("POST", "/me/password")
                                .by(here)
                                .body(change.formatted("wrong", next))
                                .status())
                .isEqualTo(400);
        HttpResponse<String> changed =
                door.ask("POST", "/me/password")
                        .by(here)
                        .body(change.formatted(PASSWORD, next))
                        .send();
        assertThat(changed.statusCode()).isEqualTo(204);
        assertThat(door.ask("GET", "/me").by(PeopleDoor.cookie(changed)).status()).isEqualTo(200);
        assertThat(door.ask("GET", "/me").by(here).status()).isEqualTo(401);
        assertThat(door.ask("GET", "/me").by(there).status()).isEqualTo(401);
        assertThat(door.signIn("gina", next).status()).isEqualTo(204);
    }

    @Test
    void aProjectsAdminGivesAndTakesRolesAndTheLogTellsIt() throws Exception {
        String hans = door.joined("hans", PASSWORD);
        door.joined("ida", PASSWORD);
        assertThat(
                        door.ask("PUT", "/projects/shop/members/hans")
                                .byOperator()
                                .body("{'role':'admin'}")
                                .from("192.0.2.30", "https")
                                .status())
                .isEqualTo(204);
        assertThat(
                        door.ask("PUT", "/projects/shop/members/ida")
                                .by(hans)
                                .body("{'role':'viewer'}")
                                .status())
                .isEqualTo(204);
        JsonNode members = door.ask("GET", "/projects/shop/members").by(hans).json();
        assertThat(members.path("members").findValuesAsString("name"))
                .containsExactly("hans", "ida");
        assertThat(door.ask("DELETE", "/projects/shop/members/ida").by(hans).status())
                .isEqualTo(204);
        assertThat(door.ask("DELETE", "/projects/shop/members/ida").by(hans).status())
                .isEqualTo(404);
        JsonNode log = door.ask("GET", "/projects/shop/audit?action=role.").by(hans).json();
        assertThat(log.path("entries").findValuesAsString("action"))
                .containsExactly("role.take", "role.give", "role.give");
        JsonNode first = log.path("entries").path(2);
        assertThat(first.path("who").asString()).isEqualTo("root");
        assertThat(first.path("address").asString()).isEqualTo("192.0.2.30");
        assertThat(first.path("subject").asString()).isEqualTo("hans");
        assertThat(first.path("detail").path("role").asString()).isEqualTo("admin");
        JsonNode page = door.ask("GET", "/projects/shop/audit?limit=1").by(hans).json();
        JsonNode next =
                door.ask(
                                "GET",
                                "/projects/shop/audit?limit=1&cursor="
                                        + page.path("next").asString())
                        .by(hans)
                        .json();
        assertThat(page.path("entries")).hasSize(1);
        assertThat(next.path("entries").path(0)).isNotEqualTo(page.path("entries").path(0));
    }

    @Test
    void aLinkIsNotToldASecondTime() throws Exception {
        PeopleDoor.Asked invite =
                door.ask("POST", "/people")
                        .byOperator()
                        .with("Idempotency-Key", "k1")
                        .body("{'name':'jana','role':'developer'}");
        assertThat(invite.status()).isEqualTo(200);
        assertThat(invite.status()).isEqualTo(409);
        JsonNode people = door.ask("GET", "/people").byOperator().json().path("people");
        for (JsonNode one : people) {
            if (one.path("name").asString().equals("jana")) {
                assertThat(one.path("role").asString()).isEqualTo("developer");
                assertThat(one.path("invited").asBoolean()).isTrue();
                assertThat(one.path("hasPassword").asBoolean()).isFalse();
            }
        }
    }
}
