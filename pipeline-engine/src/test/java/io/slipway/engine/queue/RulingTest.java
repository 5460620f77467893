package io.slipway.engine.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.approval.Approval;
import io.slipway.engine.approval.Approvals;
import io.slipway.engine.definition.Environment;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.run.Runs;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;

/// What was said of a rollout that waited stays said.
@ExtendWith(DatabaseExtension.class)
final class RulingTest {
    private final Database database;
    private final Approvals approvals;

    RulingTest(Database database) {
        this.database = database;
        this.approvals = new Approvals(database);
    }

    private Runs.Created asking() {
        RolloutSpec plain = (RolloutSpec) Plans.rollout("db").spec();
        Environment.Approval approval = new Environment.Approval(List.of(), Duration.ofHours(1));
        RolloutSpec asks =
                new RolloutSpec(
                        plain.app(),
                        "production",
                        null,
                        null,
                        false,
                        new RolloutSpec.Terms(approval, null, null));
        Plans.runner(database, 1);
        return Plans.run(
                database, Plans.project(database, "ruled"), new PlannedJob("db", asks, List.of()));
    }

    /// Somebody agrees at the very moment in which its time is found to be over.
    @Test
    void whatSomebodyHasSaidIsNotOverwrittenByTheEndOfItsTime() {
        Runs.Created run = asking();
        assertThat(approvals.of(run.id()).getFirst().verdict()).isNull();
        database.change(
                tx -> {
                    tx.update("update approvals set expires_at = now() - interval '1 second'");
                    tx.update(
                            """
                            create function agrees() returns trigger language plpgsql as $$
                            begin
                                update approvals
                                set verdict = 'approved', ruled_at = clock_timestamp()
                                where job_id = new.id and verdict is null;
                                return null;
                            end $$
                            """);
                    tx.update(
                            """
                            create trigger agrees after update on jobs
                            for each row execute function agrees()
                            """);
                });
        try {
            approvals.expire();
            assertThat(approvals.of(run.id()).getFirst().verdict())
                    .isEqualTo(Approval.Verdict.APPROVED);
        } finally {
            database.change(
                    tx -> {
                        tx.update("drop trigger agrees on jobs");
                        tx.update("drop function agrees()");
                    });
        }
    }
}
