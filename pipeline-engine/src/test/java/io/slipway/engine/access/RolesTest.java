package io.slipway.engine.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

@ExtendWith(DatabaseExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
final class RolesTest {
    private static final Set<Right> ALL = EnumSet.allOf(Right.class);

    private final Database database;
    private Project own;
    private Project other;
    private Caller operator;

    RolesTest(Database database) {
        this.database = database;
    }

    @BeforeAll
    void projects() {
        own = project("own");
        other = project("other");
        operator = caller("operator", Principal.Kind.OPERATOR, ALL);
    }

    private Project project(String name) {
        return database.transaction(tx -> Projects.create(tx, ProjectName.parse(name), null))
                .project();
    }

    private Caller caller(String name, Principal.Kind kind, Set<Right> scopes) {
        return database.transaction(
                tx -> {
                    Principal principal = Principals.ensure(tx, name, kind);
                    TokenText text =
                            Tokens.issue(
                                    tx, principal, new Tokens.Grant("test", scopes, null, null));
                    return Access.authenticate(tx, text).orElseThrow();
                });
    }

    private Caller person(String name) {
        return caller(name, Principal.Kind.PERSON, ALL);
    }

    private Caller as(String name, Role role, @Nullable Long project) {
        Principal principal = person(name).principal();
        database.change(tx -> Members.give(tx, operator, project, principal, role));
        return person(name);
    }

    private static Set<Right> rights(Caller caller, Subject subject) {
        Set<Right> rights = EnumSet.noneOf(Right.class);
        ALL.stream().filter(right -> Access.may(caller, right, subject)).forEach(rights::add);
        return rights;
    }

    private static Subject of(Project project) {
        return new Subject.OfProject(project.id());
    }

    @Test
    void aRoleInAProjectCountsThereAndNowhereElse() {
        List<Set<Right>> expected =
                List.of(
                        EnumSet.of(Right.READ),
                        EnumSet.of(Right.READ, Right.PUSH, Right.RUN),
                        EnumSet.of(
                                Right.READ, Right.PUSH, Right.RUN, Right.ROLL_OUT, Right.CONFIGURE),
                        EnumSet.of(
                                Right.READ,
                                Right.PUSH,
                                Right.RUN,
                                Right.ROLL_OUT,
                                Right.CONFIGURE,
                                Right.ADMINISTER));
        for (Role role : Role.values()) {
            Caller caller = as("in-" + role.word(), role, own.id());
            assertThat(rights(caller, of(own))).isEqualTo(expected.get(role.ordinal()));
            assertThat(rights(caller, of(other))).isEmpty();
            assertThat(rights(caller, Subject.INSTANCE)).isEmpty();
            assertThat(Access.may(caller, Right.PUSH, new Subject.Repository(own.id(), "own/web")))
                    .isEqualTo(role.covers(Role.DEVELOPER));
        }
    }

    @Test
    void aRoleInTheInstanceCountsInEveryProject() {
        for (Role role : Role.values()) {
            Caller caller = as("all-" + role.word(), role, null);
            assertThat(rights(caller, of(own))).isEqualTo(rights(caller, of(other))).isNotEmpty();
        }
        assertThat(rights(as("v", Role.VIEWER, null), Subject.INSTANCE)).isEmpty();
        assertThat(rights(as("d", Role.DEVELOPER, null), Subject.INSTANCE))
                .containsExactly(Right.CREATE_PROJECT);
        assertThat(rights(as("m", Role.MAINTAINER, null), Subject.INSTANCE))
                .containsExactly(Right.CREATE_PROJECT);
        assertThat(rights(as("a", Role.ADMIN, null), Subject.INSTANCE))
                .containsExactly(Right.CREATE_PROJECT, Right.OPERATE);
    }

    @Test
    void theHigherOfTwoRolesCounts() {
        as("both", Role.VIEWER, null);
        Caller both = as("both", Role.MAINTAINER, own.id());
        assertThat(rights(both, of(own))).contains(Right.ROLL_OUT);
        assertThat(rights(both, of(other))).containsExactly(Right.READ);
        Caller lower = as("both", Role.DEVELOPER, null);
        assertThat(rights(lower, of(own))).contains(Right.ROLL_OUT);
        as("down", Role.ADMIN, null);
        Caller down = as("down", Role.VIEWER, own.id());
        assertThat(rights(down, of(own))).contains(Right.ADMINISTER);
    }

    @Test
    void aTokenIsGoodForNothingThatItsOwnersRoleDoesNotHave() {
        Caller nobody = person("nobody");
        assertThat(rights(nobody, of(own))).isEmpty();
        assertThat(rights(nobody, Subject.INSTANCE)).isEmpty();
        assertThatThrownBy(() -> Access.require(nobody, Right.READ, own))
                .hasMessage(Projects.missing(own.name()).getMessage());
    }

    @Test
    void whatIsTakenIsGoneWithTheNextRequest() {
        Caller anna = as("anna", Role.ADMIN, own.id());
        boolean taken =
                database.transaction(tx -> Members.take(tx, operator, own.id(), anna.principal()));
        assertThat(taken).isTrue();
        assertThat(rights(person("anna"), of(own))).isEmpty();
        assertThat(
                        database.<Boolean>transaction(
                                tx -> Members.take(tx, operator, own.id(), anna.principal())))
                .isFalse();
        List<Audit.Listed> told =
                database.read(tx -> Audit.page(tx, Audit.Filter.of(own.id()), Long.MAX_VALUE, 2));
        assertThat(told).extracting(Audit.Listed::action).containsExactly("role.take", "role.give");
    }

    @Test
    void whoHasLostItsRoleReadsNoMoreThroughWhatItLeftBehind() {
        Caller eve = as("eve", Role.VIEWER, own.id());
        long id = eve.principal().id();
        assertThat(database.<Boolean>read(tx -> Access.mayStillRead(tx, id, own.id()))).isTrue();
        database.change(tx -> Members.take(tx, operator, own.id(), eve.principal()));
        assertThat(database.<Boolean>read(tx -> Access.mayStillRead(tx, id, own.id()))).isFalse();
    }

    @Test
    void whoMaintainsTheProjectIsAmongItsMaintainers() {
        Caller developer = as("dev", Role.DEVELOPER, own.id());
        Caller maintainer = as("main", Role.MAINTAINER, own.id());
        List<String> by = List.of("maintainers");
        Access.requireApproval(maintainer, own, "production", by);
        assertThatThrownBy(() -> Access.requireApproval(developer, own, "production", by))
                .isInstanceOf(Fault.class)
                .hasMessage("cannot do this in own: dev is no maintainer there");
        assertThatThrownBy(
                        () -> Access.requireApproval(maintainer, own, "production", List.of("zoe")))
                .hasMessageContaining("main is not zoe");
        Access.requireApproval(as("root", Role.ADMIN, null), own, "production", List.of("zoe"));
    }
}
