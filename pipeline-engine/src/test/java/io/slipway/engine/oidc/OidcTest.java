package io.slipway.engine.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jwt.JWTClaimsSet;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Principals;
import io.slipway.engine.access.Role;
import io.slipway.engine.access.Roles;
import io.slipway.engine.access.SessionLife;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.access.Tokens;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressRules;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.secret.Secret;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// Rows of docs/security.md: A-WEB-3, A-WEB-4, A-WEB-5, A-SSRF-7.
@Tag("attack")
@ExtendWith(DatabaseExtension.class)
final class OidcTest {
    private static final String BACK = "https://slipway.example.com/api/v1/oidc/callback";

    private final Database database;
    private ScriptedProvider provider;
    private Egress egress;
    private Oidc oidc;

    OidcTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void start() throws IOException {
        provider = new ScriptedProvider();
        egress = new Egress(EgressRules.parse(List.of(provider.origin())));
        oidc = oidc();
    }

    private Oidc oidc(String... rules) {
        return new Oidc(
                database,
                egress,
                new OidcSettings(
                        EgressUrl.parse(provider.origin()),
                        provider.origin(),
                        ScriptedProvider.CLIENT,
                        Secret.of(ScriptedProvider.SECRET),
                        Stream.of(rules).map(OidcSettings.Rule::parse).toList()),
                BACK);
    }

    @AfterEach
    void stop() {
        egress.close();
        provider.close();
    }

    private static String state(Oidc.Begun begun) {
        return ScriptedProvider.form(begun.url().replaceFirst(".*\\?", "")).get("state");
    }

    private Oidc.Ended signIn() {
        return signIn(oidc);
    }

    private Oidc.Ended signIn(Oidc by) {
        Oidc.Begun begun = by.begin("/shop/runs/7");
        return by.end(state(begun), provider.code(begun.url()), begun.browser(), null);
    }

    private void is(String subject, String name) {
        tells(claims -> claims.subject(subject).claim("preferred_username", name));
    }

    private void tells(UnaryOperator<JWTClaimsSet.Builder> claims) {
        provider.claims = claims;
    }

    private void refused(String why) {
        assertThatThrownBy(this::signIn)
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault -> assertThat(fault.kind()).isEqualTo(Fault.Kind.PERMISSION))
                .hasMessageStartingWith("cannot sign in: ")
                .hasMessageContaining(why);
    }

    private Roles roles(Principal person) {
        return database.transaction(
                tx -> {
                    TokenText text =
                            Tokens.session(
                                    tx,
                                    person,
                                    new SessionLife(Duration.ofHours(1), Duration.ofHours(1)));
                    return Access.authenticate(tx, text).orElseThrow().roles();
                });
    }

    @Test
    void whoComesBackIsKnownByTheProvidersIdAndGoesToAPageOfOurs() {
        String subject = UUID.randomUUID().toString();
        is(subject, "Nora.B@example.com");
        Oidc.Ended first = signIn();
        assertThat(first.next()).isEqualTo("/shop/runs/7");
        assertThat(first.person().name()).isEqualTo("nora.b");
        assertThat(first.person().kind()).isEqualTo(Principal.Kind.PERSON);
        is(subject, "somebody-else");
        assertThat(signIn().person()).as("a changed name").isEqualTo(first.person());
        assertThat(roles(first.person())).isEqualTo(Roles.NONE);
    }

    @Test
    void nobodyBecomesSomebodyWhoIsHereByItsName() {
        Principal there =
                database.transaction(tx -> Principals.ensure(tx, "taken", Principal.Kind.PERSON));
        is("a-" + provider.origin(), "taken");
        Principal other = signIn().person();
        assertThat(other.id()).isNotEqualTo(there.id());
        assertThat(other.name()).isEqualTo("taken-2");
        for (String name : List.of("operator", "slipway", "maintainers")) {
            is(name + provider.origin(), name);
            assertThat(signIn().person().name()).isEqualTo(name + "-2");
        }
    }

    @Test
    void groupsMakeRolesAtEachSignIn() {
        Oidc by = oidc("groups:platform=admin", "groups:all=viewer", "team:x=developer");
        tells(claims -> claims.subject("r").claim("groups", List.of("all", "platform")));
        Principal person = signIn(by).person();
        assertThat(roles(person).instance()).isEqualTo(Role.ADMIN);
        tells(claims -> claims.subject("r").claim("groups", List.of("all")).claim("team", "x"));
        signIn(by);
        assertThat(roles(person).instance()).isEqualTo(Role.DEVELOPER);
        tells(claims -> claims.subject("r").claim("groups", "platforms"));
        signIn(by);
        assertThat(roles(person).instance()).isNull();
    }

    @Test
    void whoIsDisabledIsNotLetIn() {
        is("gone", "gone");
        Principal person = signIn().person();
        database.change(tx -> Principals.disable(tx, person.id()));
        refused("gone is disabled");
    }

    @Test
    void anAnswerIsUsedUpAndBoundToTheBrowserThatBegan() {
        Oidc.Begun begun = oidc.begin("/");
        String code = provider.code(begun.url());
        for (String state : List.of("", "guessed", "x".repeat(5_000))) {
            assertThatThrownBy(() -> oidc.end(state, code, begun.browser(), null))
                    .hasMessageStartingWith("cannot sign in: ");
        }
        Oidc.Begun another = oidc.begin("/");
        assertThatThrownBy(() -> oidc.end(state(begun), code, another.browser(), null))
                .hasMessageContaining("another browser began it");
        assertThatThrownBy(() -> oidc.end(state(begun), code, begun.browser(), null))
                .as("used up by the wrong one")
                .hasMessageContaining("used up");
        String right = provider.code(another.url());
        oidc.end(state(another), right, another.browser(), null);
        assertThatThrownBy(() -> oidc.end(state(another), right, another.browser(), null))
                .hasMessageContaining("used up");
    }

    @Test
    void anAnswerThatComesTooLateIsRefused() {
        Oidc.Begun begun = oidc.begin("/");
        database.change(
                tx -> tx.update("update sign_ins set began_at = now() - interval '11 minutes'"));
        assertThatThrownBy(
                        () ->
                                oidc.end(
                                        state(begun),
                                        provider.code(begun.url()),
                                        begun.browser(),
                                        null))
                .hasMessageContaining("too old");
    }

    @Test
    void aCodeOfAnotherSignInFitsNone() {
        Oidc.Begun one = oidc.begin("/");
        Oidc.Begun two = oidc.begin("/");
        assertThatThrownBy(
                        () -> oidc.end(state(one), provider.code(two.url()), one.browser(), null))
                .hasMessageContaining("does not take the code");
    }

    @Test
    void theAnswerOfAnotherProviderIsRefused() {
        Oidc.Begun begun = oidc.begin("/");
        assertThatThrownBy(
                        () ->
                                oidc.end(
                                        state(begun),
                                        provider.code(begun.url()),
                                        begun.browser(),
                                        "https://evil.example"))
                .hasMessageContaining("another provider's");
        provider.namesItself = true;
        Oidc must = oidc();
        assertThatThrownBy(() -> signIn(must)).hasMessageContaining("another provider's");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//evil.example",
                "/\\evil.example",
                "https:evil.example",
                "/%2f%2fevil.example",
                "javascript:alert(1)",
                "/a\r\nSet-Cookie: x=y",
                "/a?b=c",
                "/-/../..//evil",
                ""
            })
    void whereToGoAfterwardsIsAPathOfOurs(String next) {
        is("next", "next");
        Oidc.Begun begun = oidc.begin(next);
        assertThat(begun.url()).doesNotContain("evil");
        Oidc.Ended ended =
                oidc.end(state(begun), provider.code(begun.url()), begun.browser(), null);
        assertThat(ended.next()).isEqualTo("/");
    }

    @Test
    void tokensForOthersByOthersOrOfOtherTimesAreRefused() {
        Instant now = Instant.now();
        List<UnaryOperator<JWTClaimsSet.Builder>> wrong =
                List.of(
                        claims -> claims.audience("another"),
                        claims -> claims.audience(List.of(ScriptedProvider.CLIENT, "another")),
                        claims -> claims.claim("azp", "another"),
                        claims -> claims.issuer("https://evil.example"),
                        claims -> claims.issuer(null),
                        claims -> claims.claim("nonce", "another"),
                        claims -> claims.claim("nonce", null),
                        claims -> claims.subject(null),
                        claims -> claims.subject(""),
                        claims -> claims.subject("x".repeat(300)),
                        claims -> claims.expirationTime(null),
                        claims -> claims.expirationTime(Date.from(now.minusSeconds(3_600))),
                        claims -> claims.notBeforeTime(Date.from(now.plusSeconds(3_600))));
        for (UnaryOperator<JWTClaimsSet.Builder> one : wrong) {
            tells(one);
            refused("the provider's ID token is refused");
        }
    }

    @Test
    void signaturesThatAnybodyCanMakeAreRefused() {
        List<ScriptedProvider.Signing> wrong =
                List.of(
                        ScriptedProvider::unsigned,
                        ScriptedProvider::withPublicKey,
                        (key, claims) ->
                                ScriptedProvider.signed(
                                        ScriptedProvider.newKey(key.getKeyID()), claims),
                        (key, claims) -> {
                            String token = ScriptedProvider.signed(key, claims);
                            return token.substring(0, token.lastIndexOf('.') + 1);
                        },
                        (key, claims) -> "nonsense");
        for (ScriptedProvider.Signing one : wrong) {
            provider.signing = one;
            refused("the provider's ID token is refused");
        }
    }

    @Test
    void unknownKeysMakeUsAskOnceAMinute() {
        is("keys", "keys");
        signIn();
        assertThat(provider.keysAsked).hasValue(1);
        provider.signing =
                (key, claims) ->
                        ScriptedProvider.signed(
                                ScriptedProvider.newKey(UUID.randomUUID().toString()), claims);
        for (int i = 0; i < 5; i++) {
            refused("the provider's ID token is refused");
        }
        assertThat(provider.keysAsked).hasValue(1);
    }

    /// A-SSRF-7.
    @Test
    void aProviderThatIsAnotherOrLeadsInsideIsNotAsked() {
        provider.issuer = "https://evil.example";
        Oidc liar = oidc();
        assertThatThrownBy(() -> liar.begin("/")).hasMessageContaining("calls itself");
        provider.issuer = provider.origin();
        provider.keysAt = "http://127.0.0.1:1/keys";
        Oidc inside = oidc();
        assertThatThrownBy(() -> signIn(inside))
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault -> assertThat(fault.kind()).isEqualTo(Fault.Kind.CONFIGURATION));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "groups=admin",
                "groups:x=root",
                "groups:x",
                ":x=admin",
                "groups:x=admin@",
                "groups:x=admin@Not A Name"
            })
    void rulesThatMeanNothingAreRefused(String rule) {
        assertThatThrownBy(() -> OidcSettings.Rule.parse(rule))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nothingInTheDatabaseEndsASignIn() {
        Oidc.Begun begun = oidc.begin("/");
        List<String> rows =
                database.read(
                        tx ->
                                tx.query(
                                        "select s::text as row from sign_ins s",
                                        r -> r.text("row")));
        assertThat(rows)
                .noneMatch(row -> row.contains(state(begun)) || row.contains(begun.browser()));
    }
}
