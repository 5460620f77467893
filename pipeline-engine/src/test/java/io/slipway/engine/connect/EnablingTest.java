package io.slipway.engine.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Principals;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Role;
import io.slipway.engine.access.Roles;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.forge.Sender;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.Projects;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.schedule.ByHand;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.UUID;

/// A connected project without a pipeline file, which somebody lets roll out.
@ExtendWith(DatabaseExtension.class)
final class EnablingTest {
    private static final String MAIN = "refs/heads/main";

    @TempDir Path temp;
    private final Database database;
    private FollowedProject there;

    EnablingTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void connect(TestInfo test) throws IOException {
        there = new FollowedProject(database, temp, test);
    }

    @AfterEach
    void stop() {
        there.close();
    }

    private Caller caller() {
        long ada =
                database.transaction(
                        tx -> Principals.ensure(tx, "ada", Principal.Kind.OPERATOR).id());
        return new Caller(
                new Principal(ada, "ada", Principal.Kind.PERSON),
                1,
                EnumSet.allOf(Right.class),
                null,
                null,
                Roles.everywhere(Role.MAINTAINER));
    }

    private void pushed() {
        there.following.handle(
                there.project,
                UUID.randomUUID(),
                new ForgeEvent.BranchPushed(MAIN, null, there.head(), ""),
                Sender.UNKNOWN);
    }

    private Integer rolledOut() {
        Project project = database.read(tx -> Projects.find(tx, there.project)).orElseThrow();
        return new ByHand(database, there.branchRuns).rollOut(caller(), project);
    }

    private long rollouts() {
        return Counts.number(
                database,
                "select count(*) as n from jobs where project_id = ? and kind = 'rollout'",
                there.project);
    }

    @Test
    void theCommitThatWaitsIsRolledOutOnce() {
        there.git.must("rm", "-q", ".slipway.yml");
        there.git.write("Dockerfile", "FROM busybox\nEXPOSE 80\n").commit("No file");
        pushed();
        assertThat(rollouts()).isZero();
        assertThat(rolledOut()).as("it is not enabled").isNull();
        database.change(tx -> Remotes.enable(tx, there.project));
        assertThat(rolledOut()).isEqualTo(2);
        assertThat(rollouts()).isEqualTo(1);
        assertThat(rolledOut()).as("asked again").isNull();
        assertThat(there.runs("number")).containsExactly("1", "2");
    }

    @Test
    void whatHasNothingToRollOutStartsNothing() {
        assertThat(rolledOut()).as("there is no branch yet").isNull();
        pushed();
        database.change(tx -> Remotes.enable(tx, there.project));
        assertThat(rolledOut()).as("its file ships nothing").isNull();
        assertThat(there.runs("number")).containsExactly("1");
    }
}
