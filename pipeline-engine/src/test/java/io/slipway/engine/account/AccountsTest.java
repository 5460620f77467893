package io.slipway.engine.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Principals;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Role;
import io.slipway.engine.access.SessionLife;
import io.slipway.engine.access.SessionUse;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.access.Tokens;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/// Rows of docs/security.md: A-WEB-2, A-TOK-1.
@Tag("attack")
@ExtendWith(DatabaseExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
final class AccountsTest {
    private static final String PASSWORD = "four words without a meaning";
    private static final String OTHER = "another four words of hers";
    private static final Passwords.Cost SMALL = new Passwords.Cost(64, 1, 1);

    private final Database database;
    private final Accounts accounts;
    private Caller operator;

    AccountsTest(Database database) {
        this.database = database;
        this.accounts = new Accounts(database, SMALL);
    }

    @BeforeAll
    void operator() {
        operator =
                database.transaction(
                        tx -> {
                            Principal root =
                                    Principals.ensure(tx, "operator", Principal.Kind.OPERATOR);
                            TokenText text =
                                    Tokens.issue(
                                            tx,
                                            root,
                                            new Tokens.Grant(
                                                    "t", EnumSet.allOf(Right.class), null, null));
                            return Access.authenticate(tx, text).orElseThrow();
                        });
    }

    private TokenText invite(String name) {
        return database.transaction(tx -> accounts.invite(tx, operator, name));
    }

    private Principal joined(String name) {
        return accounts.accept(invite(name), PASSWORD).orElseThrow();
    }

    private TokenText session(Principal person) {
        return database.transaction(
                tx ->
                        Tokens.session(
                                tx,
                                person,
                                new SessionLife(Duration.ofHours(1), Duration.ofHours(1))));
    }

    private Optional<Caller> caller(TokenText token) {
        return database.read(tx -> Access.authenticate(tx, token));
    }

    @Test
    void whoIsInvitedChoosesAPasswordOnceAndSignsInByIt() {
        TokenText invitation = invite("anna");
        assertThat(accounts.signIn("anna", "")).isEmpty();
        assertThat(accounts.accept(TokenText.of("slw_guessed"), PASSWORD)).isEmpty();

        assertThat(accounts.accept(invitation, PASSWORD)).map(Principal::name).contains("anna");

        assertThat(accounts.accept(invitation, OTHER)).as("a second time").isEmpty();
        assertThat(accounts.signIn("anna", PASSWORD)).map(Principal::name).contains("anna");
        assertThat(accounts.signIn("anna", OTHER)).isEmpty();
        assertThat(accounts.signIn("nobody", PASSWORD)).isEmpty();
        assertThat(accounts.signIn("operator", PASSWORD)).isEmpty();
    }

    @Test
    void nothingInTheDatabaseSignsSomebodyIn() {
        TokenText invitation = invite("dora");
        Principal dora = accounts.accept(invitation, PASSWORD).orElseThrow();
        TokenText again = invite("dora");
        TokenText session = session(dora);
        List<String> rows =
                database.read(
                        tx ->
                                tx.query(
                                        """
                                        select a::text as row from accounts a
                                        union all select t::text from tokens t
                                        union all select u::text from audit u
                                        """,
                                        row -> row.text("row")));
        assertThat(rows)
                .noneMatch(row -> row.contains(PASSWORD))
                .noneMatch(row -> row.contains(again.reveal()))
                .noneMatch(row -> row.contains(session.reveal()));
    }

    @Test
    void anInvitationEndsWithTimeAndWithTheNextOne() {
        TokenText first = invite("bert");
        TokenText second = invite("bert");
        assertThat(accounts.accept(first, PASSWORD)).isEmpty();
        database.change(
                tx ->
                        tx.update(
                                """
                                update accounts set invite_until = now()
                                where principal_id = (select id from principals where name = 'bert')
                                """));
        assertThat(accounts.accept(second, PASSWORD)).isEmpty();
    }

    @Test
    void aWeakPasswordLeavesTheInvitationGood() {
        TokenText invitation = invite("cleo");
        assertThatThrownBy(() -> accounts.accept(invitation, "short"))
                .hasMessageContaining("fewer than 12");
        assertThat(accounts.accept(invitation, PASSWORD)).isPresent();
    }

    @Test
    void whoChangesItsPasswordIsSignedOutEverywhere() {
        Principal emil = joined("emil");
        TokenText session = session(emil);
        assertThat(caller(session)).isPresent();
        assertThat(accounts.change(emil, OTHER, OTHER)).isFalse();
        assertThat(caller(session)).isPresent();

        assertThat(accounts.change(emil, PASSWORD, OTHER)).isTrue();

        assertThat(caller(session)).isEmpty();
        assertThat(accounts.signIn("emil", PASSWORD)).isEmpty();
        assertThat(accounts.signIn("emil", OTHER)).isPresent();
    }

    @Test
    void whoIsDisabledIsOutAtOnceAndComesBackWithoutItsSessions() {
        Principal fred = joined("fred");
        TokenText session = session(fred);
        database.change(tx -> accounts.disable(tx, operator, fred));
        assertThat(caller(session)).isEmpty();
        assertThat(accounts.signIn("fred", PASSWORD)).isEmpty();

        database.change(tx -> accounts.enable(tx, operator, fred));

        assertThat(accounts.signIn("fred", PASSWORD)).isPresent();
        assertThat(caller(session)).isEmpty();
    }

    @Test
    void aSessionThatNobodyUsesEndsAndOneThatIsUsedGoesOn() {
        Principal greta = joined("greta");
        SessionLife life = new SessionLife(Duration.ofHours(24), Duration.ofHours(8));
        TokenText used = database.transaction(tx -> Tokens.session(tx, greta, life));
        TokenText idle = database.transaction(tx -> Tokens.session(tx, greta, life));
        TokenText before = database.transaction(tx -> Tokens.session(tx, greta, life));
        String ago = "update tokens set used_at = now() - interval '%s' where sha256 = ?";
        database.change(
                tx -> {
                    tx.update(ago.formatted("7 hours 59 minutes"), (Object) used.sha256());
                    tx.update(ago.formatted("8 hours 1 minute"), (Object) idle.sha256());
                    tx.update(
                            "update tokens set idle = null, used_at = null where sha256 = ?",
                            (Object) before.sha256());
                });
        assertThat(caller(idle)).isEmpty();
        assertThat(caller(before)).as("of before there was an end").isPresent();
        new SessionUse(database).note(caller(used).orElseThrow().tokenId());
        database.change(
                tx ->
                        tx.update(
                                "update tokens set used_at = used_at - interval '7 hours 59"
                                        + " minutes' where sha256 = ?",
                                (Object) used.sha256()));
        assertThat(caller(used)).as("the use was noted").isPresent();
    }

    @Test
    void aSessionMakesNoOtherSessionAndIsNoTokenOfTheList() {
        Principal gina = joined("gina");
        Caller browser = caller(session(gina)).orElseThrow();
        assertThat(
                        database.<Optional<TokenText>>transaction(
                                tx ->
                                        Tokens.session(
                                                tx,
                                                browser,
                                                new SessionLife(
                                                        Duration.ofHours(9), Duration.ofHours(9)))))
                .isEmpty();
        assertThat(database.<List<Tokens.Listed>>read(tx -> Tokens.of(tx, browser))).isEmpty();
        assertThat(database.<Optional<Duration>>read(tx -> Tokens.left(tx, browser)))
                .as("what it makes outlives it")
                .isEmpty();
    }

    @Test
    void nobodyDisablesOrRaisesItself() {
        Principal hans = joined("hans");
        database.change(tx -> accounts.role(tx, operator, hans, Role.ADMIN));
        Caller admin = caller(session(hans)).orElseThrow();
        assertThat(admin.roles().instance()).isEqualTo(Role.ADMIN);
        assertThatThrownBy(() -> database.change(tx -> accounts.disable(tx, admin, hans)))
                .hasMessageContaining("that is you");
        assertThatThrownBy(() -> database.change(tx -> accounts.role(tx, admin, hans, null)))
                .hasMessageContaining("that is you");
        database.change(tx -> accounts.role(tx, operator, hans, null));
        assertThat(caller(session(hans)).orElseThrow().roles().instance()).isNull();
    }

    @Test
    void aPasswordOfOtherParametersIsStoredAnew() {
        new Accounts(database, new Passwords.Cost(32, 1, 1)).accept(invite("ida"), PASSWORD);
        assertThat(accounts.signIn("ida", PASSWORD)).isPresent();
        String stored =
                database.read(
                        tx ->
                                tx.one(
                                        """
                                        select password from accounts a join principals p on p.id = a.principal_id
                                        where p.name = 'ida'
                                        """,
                                        row -> row.text("password")));
        assertThat(stored).contains("$m=64,t=1,p=1$");
        assertThat(accounts.signIn("ida", PASSWORD)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "Anna", "1a", "operator", "slipway", "maintainers", "a b", "a/b", "ä"})
    void whatIsNoNameIsNotInvited(String name) {
        assertThatThrownBy(() -> invite(name)).hasMessageStartingWith("cannot invite ");
    }
}
