package io.slipway.web.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseAddress;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.source.Git;
import io.slipway.fault.FaultProxy;
import io.slipway.fault.Trouble;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/// The database is away while somebody pushes: what was not taken is refused and says why, what was
/// taken ends.
@ExtendWith(DatabaseExtension.class)
final class PushOutageTest {
    private static final String CHECKED =
            """
            jobs:
              test:
                image: busybox
                steps: [make test]
            apps: {}
            """;

    @TempDir Path temp;

    @Test
    void aPushIsRefusedWithTheCauseOrTakenToItsEnd(
            Database database, DatabaseAddress address, Notifications notifications)
            throws Exception {
        int port = URI.create(address.url().replace("jdbc:", "")).getPort();
        try (FaultProxy proxy = FaultProxy.tcp(port);
                Database through =
                        new Database(
                                new DatabaseAddress(
                                        address.url().replace(":" + port, ":" + proxy.port()),
                                        address.user(),
                                        address.password()),
                                8);
                TestHost host = new TestHost(through, notifications, temp, GitLimits.DEFAULT)) {
            Git git = host.source("outage", CHECKED);
            CountDownLatch held = host.jobs.holds("test");
            Trouble away = Trouble.after(0, Trouble.Kind.CUT);
            proxy.all(away);
            Git.Ended refused = git.run("push", "slipway", "main");
            assertThat(refused.code()).isNotZero();
            assertThat(refused.output()).contains("503").contains("the database");
            proxy.calm();

            Process push = git.start("push", "slipway", "main");
            await().until(
                            () ->
                                    Counts.number(
                                                    database,
                                                    "select count(*) as n from attempts where state"
                                                            + " = 'running'")
                                            == 1);
            String said = "";
            while (!said.contains("run 1")) {
                int next = push.getInputStream().read();
                assertThat(next).as(said).isNotNegative();
                said += (char) next;
            }
            proxy.all(away);
            while (!said.contains("waits for the database, which is away")) {
                int next = push.getInputStream().read();
                assertThat(next).as(said).isNotNegative();
                said += (char) next;
            }
            proxy.calm();
            held.countDown();
            said += new String(push.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(push.waitFor()).as(said).isZero();
            assertThat(said).contains("success: run 1");
            assertThat(
                            Counts.number(
                                    database,
                                    "select count(*) as n from deliveries where state = 'settled'"
                                            + " and result = 'moved'"))
                    .isEqualTo(1);
            assertThat(Counts.number(database, "select count(*) as n from runs")).isEqualTo(1);
        }
    }
}
