package io.slipway.web.git;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// The database's disk is full while somebody pushes.
@ExtendWith(DatabaseExtension.class)
final class NoRoomTest {
    private static final String FILE =
            """
            jobs: { test: { image: busybox, steps: [make test] } }
            apps: {}
            """;

    private static final String FULL =
            """
            create function full_disk() returns trigger language plpgsql as $$
            begin
                raise exception 'could not extend file: No space left on device'
                    using errcode = 'disk_full';
            end $$
            """;

    @TempDir Path temp;

    @Test
    void aPushForWhichTheDatabaseHasNoRoomIsRefusedWithTheCauseAndTakenLater(
            Database database, Notifications notifications) throws Exception {
        database.change(
                tx -> {
                    tx.update(FULL);
                    tx.update(
                            """
                            create trigger full_disk before insert on deliveries
                            for each row execute function full_disk()
                            """);
                });
        try (TestHost host = new TestHost(database, notifications, temp, GitLimits.DEFAULT)) {
            Git git = host.source("full", FILE);
            Git.Ended refused = git.run("push", "slipway", "main");
            database.change(
                    tx -> {
                        tx.update("drop trigger full_disk on deliveries");
                        tx.update("drop function full_disk()");
                    });
            assertThat(refused.code()).as(refused.output()).isNotZero();
            assertThat(refused.output()).contains("disk is full");
            assertThat(runs(database)).isZero();

            Git.Ended taken = git.run("push", "slipway", "main");
            assertThat(taken.code()).as(taken.output()).isZero();
            assertThat(runs(database)).isEqualTo(1);
        }
    }

    private static long runs(Database database) {
        return Counts.number(
                database,
                """
                select count(*) as n
                from runs r join projects p on p.id = r.project_id where p.name = 'full'
                """);
    }
}
