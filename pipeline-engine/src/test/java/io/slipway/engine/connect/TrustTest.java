package io.slipway.engine.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Role;
import io.slipway.engine.access.Roles;
import io.slipway.engine.approval.ForeignRuns;
import io.slipway.engine.forge.ForgeEvent.Action;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.Projects;
import io.slipway.engine.source.CommitId;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// Who needs no word, and what a word is for.
@ExtendWith(DatabaseExtension.class)
final class TrustTest {
    private static final String THEIRS = OfferedProject.FILE.replace("ls", "make");

    @TempDir Path temp;
    private final Database database;
    private final Notifications notifications;
    private OfferedProject offered;

    TrustTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
    }

    @BeforeEach
    void offer() throws IOException {
        offered = new OfferedProject(database, notifications, temp);
    }

    @AfterEach
    void close() {
        offered.close();
    }

    private Caller caller(Set<Right> rights) {
        long id =
                database.transaction(
                        tx ->
                                tx.one(
                                        """
                                        insert into principals (name, kind) values (?, 'person')
                                        returning id
                                        """,
                                        row -> row.number("id"),
                                        "anna" + System.nanoTime()));
        return new Caller(
                new Principal(id, "anna", Principal.Kind.PERSON),
                0,
                rights,
                null,
                null,
                Roles.everywhere(Role.MAINTAINER));
    }

    private Project project() {
        return database.read(tx -> Projects.find(tx, offered.id)).orElseThrow();
    }

    private int told(CommitId head) {
        return Objects.requireNonNull(offered.told(Action.OPENED, head).run());
    }

    private static ForeignRuns.Word yes() {
        return new ForeignRuns.Word(true, "", null, null);
    }

    @Test
    void whoIsTrustedNeedsNoWordAndRunsByTheTargetsFile() throws IOException {
        offered.forge.at("/api/v1/users/Eve", 200, "{\"id\":99,\"login\":\"eve\"}");
        Caller anna = caller(EnumSet.allOf(Right.class));
        int run = told(offered.offered(THEIRS));
        assertThat(offered.begun()).isEmpty();
        offered.trusted.add(anna, project(), "Eve");
        assertThat(offered.ended(run)).isEqualTo("succeeded");
        assertThat(offered.column(run, "definition")).isEqualTo(OfferedProject.FILE);
        List<TrustedAuthors.Trusted> all = database.read(tx -> TrustedAuthors.of(tx, offered.id));
        assertThat(all).extracting(TrustedAuthors.Trusted::id).containsExactly("99");
        database.transaction(tx -> offered.trusted.remove(tx, anna, project(), "99"));
        int next = told(offered.offered(THEIRS));
        assertThat(offered.begun()).doesNotContain(next);
    }

    @Test
    void whoMayPushThereNeedsNoWordWhereTheProjectSaysSo() throws IOException {
        offered.permission(OfferedProject.STRANGER, OfferedProject.STRANGER, "write");
        int run = told(offered.offered(OfferedProject.FILE));
        assertThat(offered.begun()).isEmpty();
        Caller anna = caller(EnumSet.allOf(Right.class));
        database.change(tx -> offered.trusted.members(tx, anna, project(), true));
        assertThat(offered.ended(run)).isEqualTo("succeeded");
    }

    @Test
    void whoMayOnlyConfigureOrOnlyRollOutTrustsNobody() {
        for (Right one : Set.of(Right.CONFIGURE, Right.ROLL_OUT)) {
            Caller caller = caller(Set.of(Right.READ, one));
            assertThatThrownBy(() -> offered.trusted.add(caller, project(), "eve"))
                    .isInstanceOf(Fault.class);
        }
    }

    @Test
    void whoAgreesAgreesToTheFileOfThePullRequest() throws IOException {
        CommitId head = offered.offered(THEIRS);
        int run = told(head);
        assertThat(offered.column(run, "definition")).isEqualTo(OfferedProject.FILE);
        assertThat(offered.history.jobs(offered.run(run).id()))
                .allSatisfy(
                        job -> {
                            assertThat(job.waits()).isEqualTo("trust");
                            assertThat(job.waitsDetail())
                                    .isEqualTo(
                                            "somebody who may roll out: slipway approve "
                                                    + run
                                                    + ", or /slipway approve "
                                                    + head
                                                    + " on pull request 3");
                        });
        ForeignRuns.Asked asked = offered.foreignRuns.asked(offered.run(run).id()).orElseThrow();
        assertThat(asked.waits()).isTrue();
        Caller anna = caller(EnumSet.allOf(Right.class));
        assertThatThrownBy(
                        () ->
                                offered.foreignRuns.rule(
                                        anna,
                                        project(),
                                        offered.run(run),
                                        new ForeignRuns.Word(true, "", head.hex(), "00")))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("its pipeline file is " + asked.definition());
        int own =
                offered.foreignRuns
                        .rule(
                                anna,
                                project(),
                                offered.run(run),
                                new ForeignRuns.Word(true, "", head.hex(), asked.definition()))
                        .orElseThrow();
        assertThat(offered.ended(own)).isEqualTo("succeeded");
        assertThat(offered.column(own, "definition")).isEqualTo(THEIRS);
        assertThat(offered.ended(run)).isEqualTo("cancelled");
        assertThat(offered.foreignRuns.rule(anna, project(), offered.run(run), yes())).isEmpty();
        assertThat(offered.foreignRuns.rule(anna, project(), offered.run(own), yes())).isEmpty();
    }

    @Test
    void whoMayNotRollOutAgreesToNothing() throws IOException {
        int run = told(offered.offered(OfferedProject.FILE));
        Caller reader = caller(EnumSet.complementOf(EnumSet.of(Right.ROLL_OUT)));
        assertThatThrownBy(
                        () -> offered.foreignRuns.rule(reader, project(), offered.run(run), yes()))
                .isInstanceOf(Fault.class);
        assertThat(offered.begun()).isEmpty();
    }

    @Test
    void whatIsRejectedEnds() throws IOException {
        int run = told(offered.offered(OfferedProject.FILE));
        Caller anna = caller(EnumSet.allOf(Right.class));
        assertThat(
                        offered.foreignRuns.rule(
                                anna,
                                project(),
                                offered.run(run),
                                new ForeignRuns.Word(false, "it steals", null, null)))
                .contains(run);
        assertThat(offered.ended(run)).isEqualTo("cancelled");
        assertThat(offered.begun()).isEmpty();
    }
}
