package io.slipway.web.people;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.engine.run.RunnerSlots;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What somebody could do yesterday.
@Tag("attack")
@ExtendWith(DatabaseExtension.class)
final class LostRightsTest {
    private static final String RETRY = "/projects/shop/runs/1/retry";
    private static final String MIA = "/projects/shop/members/mia";

    private final Database database;

    LostRightsTest(Database database) {
        this.database = database;
    }

    /// A-PPE-12: whoever started a run may not try it again once they lost their role.
    @Test
    void aRunIsTriedAgainByWhoMayRunNow() throws Exception {
        database.change(
                tx -> {
                    RunnerSlots.register(tx, "docker", "docker", 4);
                    long project =
                            Projects.create(tx, ProjectName.parse("shop"), null).project().id();
                    long run =
                            tx.one(
                                    """
                                    insert into runs (project_id, number, trigger, ref, commit,
                                        state, outcome, ended_at)
                                    values (?, 1, 'push', 'refs/heads/main', ?, 'ended', 'failed',
                                        now())
                                    returning id
                                    """,
                                    row -> row.number("id"),
                                    project,
                                    "1".repeat(40));
                    tx.update(
                            """
                            insert into jobs (run_id, project_id, position, name, kind, spec, state,
                                outcome, ended_at)
                            values (?, ?, 1, 'test', 'check', '{}', 'ended', 'failed', now())
                            """,
                            run,
                            project);
                });
        try (PeopleDoor door = new PeopleDoor(database)) {
            String mia = door.joined("mia", "four words without a meaning");
            assertThat(retried(door, mia)).as("nobody in the project").isEqualTo(404);
            is(door, "developer");
            assertThat(retried(door, mia)).isEqualTo(202);
            failed();
            is(door, "viewer");
            assertThat(retried(door, mia)).isEqualTo(403);
            assertThat(door.ask("DELETE", MIA).byOperator().status()).isEqualTo(204);
            assertThat(retried(door, mia)).isEqualTo(404);
        }
        assertThat(state()).as("nothing of it began again").isEqualTo("ended");
    }

    private static int retried(PeopleDoor door, String cookie) throws Exception {
        return door.ask("POST", RETRY)
                .by(cookie)
                .with("Content-Type", "application/json")
                .body("{}")
                .status();
    }

    private static void is(PeopleDoor door, String role) throws Exception {
        assertThat(door.ask("PUT", MIA).byOperator().body("{'role':'" + role + "'}").status())
                .isEqualTo(204);
    }

    private void failed() {
        database.change(
                tx -> {
                    tx.update(
                            "update jobs set state = 'ended', waits = null, outcome = 'failed',"
                                    + " ended_at = now()");
                    tx.update(
                            "update runs set state = 'ended', outcome = 'failed', ended_at ="
                                    + " now()");
                });
    }

    private String state() {
        return database.read(tx -> tx.one("select state from runs", row -> row.text("state")));
    }
}
