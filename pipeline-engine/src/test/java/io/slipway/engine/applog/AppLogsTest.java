package io.slipway.engine.applog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.hook.HookRuns;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.release.AppValues;
import io.slipway.engine.release.RolloutParts;
import io.slipway.engine.release.RolloutRows;
import io.slipway.engine.release.ScriptedDeployer;
import io.slipway.engine.release.TestClaim;
import io.slipway.engine.release.WatchfulSwitch;
import io.slipway.engine.route.AppAddresses;
import io.slipway.engine.route.Routes;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// Every byte that an app printed is stored once, whoever copies, and however often.
@Timeout(60)
@ExtendWith(DatabaseExtension.class)
final class AppLogsTest {
    private final Database database;
    private final Notifications notifications;
    private final ScriptedDeployer deployer = new ScriptedDeployer();
    private AppLogs logs;
    private String container;
    private long placement;

    AppLogsTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
    }

    @BeforeEach
    void anAppRuns() throws InterruptedException {
        WatchfulSwitch traffic = new WatchfulSwitch();
        RolloutRows rows = new RolloutRows(database);
        RolloutParts parts =
                new RolloutParts(
                        database,
                        deployer,
                        traffic,
                        new Routes(
                                database,
                                traffic,
                                null,
                                new Routes.Own(List.of(), "http://localhost:8080")),
                        (tx, project, app, version) -> new AppValues.Values(Map.of(), List.of(), 0),
                        new AppAddresses(URI.create("http://localhost:8080"), false),
                        new HookRuns(database, deployer));
        TestClaim claim =
                rows.claim(
                        new RolloutSpec(
                                RolloutRows.app("web", 8080, List.of("serve")),
                                "production",
                                null,
                                null));
        rows.perform(parts, claim);
        container = claim.name().toString();
        placement = Counts.number(database, "select id as n from placements");
        logs = new AppLogs(database, notifications, deployer);
    }

    @AfterEach
    void close() {
        logs.close();
        deployer.close();
    }

    private String stored() {
        StringBuilder text = new StringBuilder();
        for (AppLogs.Chunk chunk : logs.after(placement, 0)) {
            text.append(new String(chunk.bytes(), StandardCharsets.UTF_8));
        }
        return text.toString();
    }

    private void storedIs(String text) {
        await().untilAsserted(
                        () -> {
                            logs.look();
                            assertThat(stored()).isEqualTo(text);
                        });
    }

    private long follows() {
        return deployer.calls.stream().filter(call -> call.equals("follow")).count();
    }

    @Test
    void copyingGoesOnWhereItStoppedAlsoWhenTheEngineHasThrownTheRestAway() {
        deployer.print(container, 1_000, "one\n");
        deployer.print(container, 2_000, "two\n");
        storedIs("one\ntwo\n");
        logs.close();

        deployer.forget(container); // what is counted from its first byte would be skipped
        deployer.print(container, 3_000, "three\n");
        logs = new AppLogs(database, notifications, deployer);

        storedIs("one\ntwo\nthree\n");
    }

    @Test
    void aContainerThatHasEndedIsReadOnce() {
        deployer.print(container, 1_000, "one\n");
        deployer.end(container, 1, false);
        storedIs("one\n");
        await().until(
                        () ->
                                Counts.number(
                                                database,
                                                "select count(*) as n from app_containers where"
                                                        + " log_run is not null")
                                        == 1);
        long before = follows();
        for (int i = 0; i < 5; i++) {
            logs.look();
        }
        assertThat(follows()).isEqualTo(before);

        deployer.restart(container);
        deployer.print(container, 2_000, "again\n");
        storedIs("one\nagain\n");
    }

    @Test
    void twoServersStoreOnce() {
        try (AppLogs other = new AppLogs(database, notifications, deployer)) {
            StringBuilder all = new StringBuilder();
            for (int i = 1; i <= 300; i++) {
                deployer.print(container, i, "line " + i + "\n");
                all.append("line ").append(i).append('\n');
                if (i % 50 == 0) {
                    logs.look();
                    other.look();
                }
            }
            await().untilAsserted(
                            () -> {
                                logs.look();
                                other.look();
                                assertThat(stored()).isEqualTo(all.toString());
                            });
        }
    }

    @Test
    void whatWasTrimmedIsNotReadAgain() {
        deployer.print(container, 1_000, "one\n");
        deployer.end(container, 1, false);
        storedIs("one\n");
        database.change(tx -> tx.update("delete from app_log_chunks"));
        logs.close();
        logs = new AppLogs(database, notifications, deployer);

        logs.look();
        logs.finish(container);

        assertThat(stored()).isEmpty();
    }

    @Test
    void theLastWordsAreStoredBeforeAContainerGoes() {
        deployer.print(container, 1_000, "I can't go on\n");
        deployer.end(container, 1, false);

        logs.finish(container);

        assertThat(stored()).isEqualTo("I can't go on\n");
    }
}
