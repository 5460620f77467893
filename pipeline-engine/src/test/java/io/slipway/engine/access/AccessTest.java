package io.slipway.engine.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.access.Principal.Kind;
import io.slipway.engine.access.Tokens.Grant;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Rows of docs/security.md: A-TOK-1, A-TOK-2.
@Tag("attack")
@ExtendWith(DatabaseExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
final class AccessTest {
    private static final Set<Right> ALL = EnumSet.allOf(Right.class);

    private final Database database;
    private Project shop;
    private Project other;

    AccessTest(Database database) {
        this.database = database;
    }

    @BeforeAll
    void projects() {
        shop = project("shop");
        other = project("other");
        Caller operator = authenticate(issue(Kind.OPERATOR, ALL, null, null)).orElseThrow();
        database.change(
                tx ->
                        Members.give(
                                tx,
                                operator,
                                null,
                                Principals.ensure(tx, Kind.PERSON.name(), Kind.PERSON),
                                Role.MAINTAINER));
    }

    private Project project(String name) {
        return database.transaction(tx -> Projects.create(tx, ProjectName.parse(name), null))
                .project();
    }

    private Optional<Caller> authenticate(TokenText token) {
        return database.read(tx -> Access.authenticate(tx, token));
    }

    private TokenText issue(
            Kind kind, Set<Right> scopes, @Nullable Long projectId, @Nullable Duration validFor) {
        return database.transaction(
                tx ->
                        Tokens.issue(
                                tx,
                                Principals.ensure(tx, kind.name(), kind),
                                new Grant("test", scopes, projectId, validFor)));
    }

    private boolean revoke(long id) {
        return database.transaction(tx -> Tokens.revoke(tx, id));
    }

    private static boolean may(Caller caller, Right right, Project project) {
        return Access.may(caller, right, new Subject.OfProject(project.id()));
    }

    @Test
    void aTokenIsRecognisedAndStoredNowhere() {
        TokenText token = issue(Kind.PERSON, Set.of(Right.READ, Right.ROLL_OUT), null, null);
        assertThat(token.reveal()).matches("slw_[A-Za-z0-9_-]{43}");
        assertThat(token).hasToString("[secret]");
        Caller caller = authenticate(token).orElseThrow();
        assertThat(caller.principal().name()).isEqualTo("PERSON");
        assertThat(caller.scopes()).containsExactlyInAnyOrder(Right.READ, Right.ROLL_OUT);
        String rows =
                database.read(
                        tx ->
                                tx.one(
                                        "select string_agg(t::text, ' ') as all from tokens t",
                                        row -> row.text("all")));
        assertThat(rows).doesNotContain(token.reveal().substring(8));
    }

    @Test
    void unknownRevokedExpiredAndDisabledAreAllNobody() {
        assertThat(authenticate(TokenText.of("slw_unknown"))).isEmpty();
        assertThat(authenticate(TokenText.of(""))).isEmpty();
        assertThat(authenticate(TokenText.of("x".repeat(10_000)))).isEmpty();
        assertThat(authenticate(issue(Kind.PERSON, ALL, null, Duration.ZERO))).isEmpty();
        assertThat(authenticate(issue(Kind.PERSON, ALL, null, Duration.ofHours(1)))).isPresent();

        TokenText revoked = issue(Kind.PERSON, ALL, null, null);
        long id = authenticate(revoked).orElseThrow().tokenId();
        assertThat(revoke(id)).isTrue();
        assertThat(revoke(id)).isFalse();
        assertThat(authenticate(revoked)).isEmpty();

        TokenText disabled = issue(Kind.MACHINE, ALL, null, null);
        Caller machine = authenticate(disabled).orElseThrow();
        database.change(tx -> Principals.disable(tx, machine.principal().id()));
        assertThat(authenticate(disabled)).isEmpty();
    }

    @Test
    void aSessionEndsWithItsTokenAndCannotMakeAnother() {
        TokenText token = issue(Kind.PERSON, Set.of(Right.READ), shop.id(), null);
        Caller owner = authenticate(token).orElseThrow();
        TokenText session = session(owner).orElseThrow();
        Caller browser = authenticate(session).orElseThrow();
        assertThat(browser.principal()).isEqualTo(owner.principal());
        assertThat(browser.scopes()).isEqualTo(owner.scopes());
        assertThat(browser.projectId()).isEqualTo(shop.id());
        assertThat(session(browser)).isEmpty();

        revoke(owner.tokenId());
        assertThat(authenticate(session)).isEmpty();

        TokenText brief = issue(Kind.PERSON, ALL, null, Duration.ofHours(1));
        Caller visitor = authenticate(brief).orElseThrow();
        TokenText ofVisitor = session(visitor).orElseThrow();
        database.change(
                tx ->
                        tx.update(
                                "update tokens set expires_at = now() where id = ?",
                                visitor.tokenId()));
        assertThat(authenticate(ofVisitor)).isEmpty();
    }

    private Optional<TokenText> session(Caller caller) {
        return database.transaction(
                tx ->
                        Tokens.session(
                                tx,
                                caller,
                                new SessionLife(Duration.ofHours(24), Duration.ofHours(24))));
    }

    @Test
    void aSmallTokenSeesNoLargerOneAndMakesNoneThatLastsLonger() {
        Caller large = authenticate(issue(Kind.PERSON, ALL, null, null)).orElseThrow();
        Caller small =
                authenticate(issue(Kind.PERSON, Set.of(Right.READ), shop.id(), Duration.ofHours(1)))
                        .orElseThrow();
        Caller browser = authenticate(session(small).orElseThrow()).orElseThrow();

        List<Tokens.Listed> ofSmall = database.read(tx -> Tokens.of(tx, small));
        assertThat(ofSmall).extracting(Tokens.Listed::id).contains(small.tokenId());
        assertThat(ofSmall).extracting(Tokens.Listed::id).doesNotContain(large.tokenId());
        List<Tokens.Listed> ofLarge = database.read(tx -> Tokens.of(tx, large));
        assertThat(ofLarge)
                .extracting(Tokens.Listed::id)
                .contains(small.tokenId(), large.tokenId());
        assertThat(left(large)).isEmpty();
        assertThat(left(small).orElseThrow())
                .isBetween(Duration.ofMinutes(50), Duration.ofHours(1));
        assertThat(left(browser).orElseThrow()).isLessThanOrEqualTo(Duration.ofHours(1));
    }

    private Optional<Duration> left(Caller caller) {
        return database.read(tx -> Tokens.left(tx, caller));
    }

    @Test
    void theWholeMatrixOfRights() {
        Caller operator = authenticate(issue(Kind.OPERATOR, ALL, null, null)).orElseThrow();
        Caller person = authenticate(issue(Kind.PERSON, ALL, null, null)).orElseThrow();
        Caller ofShop = authenticate(issue(Kind.PERSON, ALL, shop.id(), null)).orElseThrow();
        Caller reader =
                authenticate(issue(Kind.PERSON, Set.of(Right.READ), null, null)).orElseThrow();
        for (Right right : Right.values()) {
            boolean instance = right == Right.OPERATE || right == Right.CREATE_PROJECT;
            assertThat(may(operator, right, shop)).isEqualTo(!instance);
            boolean maintains = !instance && right != Right.ADMINISTER;
            assertThat(may(person, right, shop)).isEqualTo(maintains);
            assertThat(may(ofShop, right, shop)).isEqualTo(maintains);
            assertThat(may(ofShop, right, other)).isFalse();
            assertThat(may(reader, right, shop)).isEqualTo(right == Right.READ);
            assertThat(Access.may(operator, right, Subject.INSTANCE)).isEqualTo(instance);
            assertThat(Access.may(person, right, Subject.INSTANCE))
                    .isEqualTo(right == Right.CREATE_PROJECT);
            assertThat(Access.may(ofShop, right, Subject.INSTANCE)).isFalse();
            assertThat(Access.may(reader, right, Subject.INSTANCE)).isFalse();
        }
    }

    @Test
    void aProjectThatACallerMayNotSeeLooksLikeOneThatIsNotThere() {
        Caller ofShop = authenticate(issue(Kind.PERSON, ALL, shop.id(), null)).orElseThrow();
        Fault unknown = Projects.missing(other.name());
        assertThatThrownBy(() -> Access.require(ofShop, Right.READ, other))
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault -> {
                            assertThat(fault.kind()).isEqualTo(Fault.Kind.NOT_FOUND);
                            assertThat(fault.message()).isEqualTo(unknown.message());
                            assertThat(fault.remedy()).isEqualTo(unknown.remedy());
                        });
        Caller reader =
                authenticate(issue(Kind.PERSON, Set.of(Right.READ), null, null)).orElseThrow();
        assertThatThrownBy(() -> Access.require(reader, Right.ROLL_OUT, shop))
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault -> {
                            assertThat(fault.kind()).isEqualTo(Fault.Kind.PERMISSION);
                            assertThat(fault.message())
                                    .isEqualTo(
                                            "cannot roll out in shop: the token of PERSON does not"
                                                    + " allow it");
                        });
    }

    @Test
    void aCredentialOfAnAttemptReachesOneRepositoryAndEndsWithTheAttempt() {
        long attempt = database.transaction(tx -> RunningAttempt.insert(tx, shop.id()));
        TokenText token =
                database.transaction(
                        tx ->
                                Tokens.forAttempt(
                                        tx,
                                        attempt,
                                        Set.of(Right.READ, Right.PUSH),
                                        new Subject.Repository(shop.id(), "shop/web"),
                                        Duration.ofHours(1)));
        Caller caller = authenticate(token).orElseThrow();
        assertThat(Access.may(caller, Right.PUSH, new Subject.Repository(shop.id(), "shop/web")))
                .isTrue();
        assertThat(Access.may(caller, Right.PUSH, new Subject.Repository(shop.id(), "shop/api")))
                .isFalse();
        assertThat(Access.may(caller, Right.PUSH, new Subject.Repository(other.id(), "shop/web")))
                .isFalse();
        assertThat(may(caller, Right.READ, shop)).isFalse();
        assertThat(Access.may(caller, Right.CREATE_PROJECT, Subject.INSTANCE)).isFalse();

        database.change(tx -> RunningAttempt.end(tx, attempt));
        assertThat(authenticate(token)).isEmpty();
    }

    @Test
    void aJobsCredentialReachesAllRepositoriesOfItsProjectAndNothingElse() {
        Project third = project("third");
        Project below = project("third/deep");
        long attempt = database.transaction(tx -> RunningAttempt.insert(tx, third.id()));
        TokenText token = TokenText.of("slw_a-word-that-nobody-guesses");
        for (int claim = 1; claim <= 2; claim++) {
            database.change(
                    tx ->
                            Tokens.keepForAttempt(
                                    tx,
                                    attempt,
                                    new Subject.Repository(third.id(), "third/*"),
                                    token));
        }
        Caller job = authenticate(token).orElseThrow();
        for (Right right : Right.values()) {
            boolean images = right == Right.READ || right == Right.PUSH;
            assertThat(mayImages(job, right, third, "third/web")).isEqualTo(images);
            assertThat(mayImages(job, right, third, "third/tools")).isEqualTo(images);
            assertThat(mayImages(job, right, other, "other/web")).isFalse();
            assertThat(mayImages(job, right, other, "third/web")).isFalse();
            assertThat(mayImages(job, right, below, "third/deep/web")).isFalse();
            assertThat(may(job, right, third)).isFalse();
            assertThat(Access.may(job, right, Subject.INSTANCE)).isFalse();
        }
        database.change(tx -> RunningAttempt.end(tx, attempt));
        assertThat(authenticate(token)).isEmpty();
    }

    @Test
    void theCredentialOfNodesFetchesImagesOfOneProjectAndDoesNothingElse() {
        Project fourth = project("fourth");
        TokenText token = TokenText.of("slw_another-word-that-nobody-guesses");
        for (int rollout = 1; rollout <= 2; rollout++) {
            database.change(
                    tx ->
                            Tokens.keepForNodes(
                                    tx, new Subject.Repository(fourth.id(), "fourth/*"), token));
        }
        Caller node = authenticate(token).orElseThrow();
        for (Right right : Right.values()) {
            boolean fetches = right == Right.READ;
            assertThat(mayImages(node, right, fourth, "fourth/web")).isEqualTo(fetches);
            assertThat(mayImages(node, right, other, "other/web")).isFalse();
            assertThat(mayImages(node, right, other, "fourth/web")).isFalse();
            assertThat(may(node, right, fourth)).isFalse();
            assertThat(Access.may(node, right, Subject.INSTANCE)).isFalse();
        }
    }

    private static boolean mayImages(Caller caller, Right right, Project project, String name) {
        return Access.may(caller, right, new Subject.Repository(project.id(), name));
    }

    @Test
    void anotherTokenOfAnAttemptCanBeEndedEarly() {
        long attempt = database.transaction(tx -> RunningAttempt.insert(tx, other.id()));
        TokenText token =
                database.transaction(
                        tx ->
                                Tokens.forAttempt(
                                        tx,
                                        attempt,
                                        Set.of(Right.READ),
                                        new Subject.Repository(other.id(), "other/web"),
                                        Duration.ofHours(1)));
        database.change(tx -> Tokens.revokeForAttempt(tx, attempt));
        assertThat(authenticate(token)).isEmpty();
    }

    private Map<Long, Roles> standing(List<Long> ids) {
        return database.read(tx -> Access.standing(tx, ids));
    }

    private TokenText issueTo(String name, Kind kind) {
        return database.transaction(
                tx ->
                        Tokens.issue(
                                tx,
                                Principals.ensure(tx, name, kind),
                                new Grant("test", ALL, null, null)));
    }

    @Test
    void manyTokensAreLookedAtTogetherAsEachAlone() {
        TokenText viewer = issueTo("many-viewer", Kind.PERSON);
        List<Long> ids =
                List.of(
                                viewer,
                                issueTo("many-nobody", Kind.PERSON),
                                issueTo("many-operator", Kind.OPERATOR),
                                issueTo("many-machine", Kind.MACHINE),
                                issueTo("many-viewer", Kind.PERSON))
                        .stream()
                        .map(token -> authenticate(token).orElseThrow().tokenId())
                        .toList();
        Caller operator = authenticate(issueTo("many-operator", Kind.OPERATOR)).orElseThrow();
        Principal person = authenticate(viewer).orElseThrow().principal();
        database.change(
                tx -> {
                    Members.give(tx, operator, shop.id(), person, Role.VIEWER);
                    Members.give(tx, operator, null, person, Role.DEVELOPER);
                });
        revoke(ids.get(4));
        assertThat(standing(ids))
                .isEqualTo(
                        Map.of(
                                ids.get(0),
                                new Roles(Role.DEVELOPER, Map.of(shop.id(), Role.VIEWER)),
                                ids.get(1),
                                Roles.NONE,
                                ids.get(2),
                                Roles.everywhere(Role.ADMIN),
                                ids.get(3),
                                Roles.everywhere(Role.MAINTAINER)));
        assertThat(standing(ids).get(ids.get(0)))
                .isEqualTo(authenticate(viewer).orElseThrow().roles());
        assertThat(standing(List.of())).isEmpty();
    }
}
