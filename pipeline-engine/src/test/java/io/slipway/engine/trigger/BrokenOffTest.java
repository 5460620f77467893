package io.slipway.engine.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseAddress;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.gate.HostOwners;
import io.slipway.engine.plan.Planner;
import io.slipway.engine.run.Runs;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Repositories;
import io.slipway.fault.Failpoint;
import io.slipway.fault.Fault;
import io.slipway.fault.FaultProxy;
import io.slipway.fault.Trouble;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/// The database goes away while a push is taken, and comes back under a server that lives on.
@ExtendWith(DatabaseExtension.class)
final class BrokenOffTest {
    private static final String FEATURE = "refs/heads/feature";
    private static final Planning REAL = Planning.by(new Planner(HostOwners.NOBODY));

    @TempDir Path temp;
    private final Database database;
    private final DatabaseAddress address;
    private final UUID server = UUID.randomUUID();
    private FaultProxy proxy;
    private Database through;
    private long project;
    private long principal;
    private CommitId commit;

    BrokenOffTest(Database database, DatabaseAddress address) {
        this.database = database;
        this.address = address;
    }

    @BeforeEach
    void source(TestInfo test) throws IOException {
        URI real = URI.create(address.url().replace("jdbc:", ""));
        proxy = FaultProxy.tcp(real.getPort());
        through =
                new Database(
                        new DatabaseAddress(
                                address.url().replace(":" + real.getPort(), ":" + proxy.port()),
                                address.user(),
                                address.password()),
                        2);
        String name = "b" + Math.abs(test.getDisplayName().hashCode());
        PushSource source =
                PushSource.make(
                        database,
                        temp,
                        name,
                        "apps: {}\njobs: {a: {image: busybox, steps: [ls]}}\n");
        project = source.project();
        principal = source.principal();
        commit = source.commit();
        // Its default branch would wait for the run.
        database.change(
                tx ->
                        tx.update(
                                "update projects set default_branch = 'main' where id = ?",
                                project));
    }

    @AfterEach
    void close() throws IOException {
        through.close();
        proxy.close();
    }

    private Pushes pushes(Database by, Planning planning, Failpoint failpoint, UUID who) {
        return new Pushes(
                by,
                new Repositories(temp.resolve("repositories"), failpoint),
                planning,
                new Runs(),
                new Pushes.Here(who, "localhost"));
    }

    private Push push() {
        return new Push(
                UUID.randomUUID(),
                project,
                principal,
                false,
                List.of(),
                List.of(new Push.Change(FEATURE, null, commit)),
                id -> false);
    }

    private void cut() {
        proxy.all(Trouble.after(0, Trouble.Kind.CUT));
    }

    private String delivery() {
        return database.read(
                tx ->
                        tx.one(
                                """
                                select state || ' ' || coalesce(result, '-') as s
                                from deliveries where project_id = ?
                                """,
                                row -> row.text("s"),
                                project));
    }

    private long runs() {
        return Counts.number(
                database, "select count(*) as n from runs where project_id = ?", project);
    }

    private void awaitDelivery(String state) {
        await().atMost(Duration.ofMinutes(1)).until(() -> delivery().equals(state));
    }

    @Test
    void whatHadNotMovedIsDroppedWhenTheDatabaseIsBack() {
        Planning cutting =
                (request, tree, inclusions) -> {
                    cut();
                    return REAL.plan(request, tree, inclusions);
                };
        Pushes pushes = pushes(through, cutting, Failpoint.NONE, server);
        try (BrokenOff looks = new BrokenOff(pushes)) {
            assertThat(looks).isNotNull();
            assertThatThrownBy(() -> pushes.receive(push()))
                    .isInstanceOfSatisfying(
                            Fault.class,
                            fault -> assertThat(fault.kind()).isEqualTo(Fault.Kind.UNAVAILABLE));
            assertThat(delivery()).isEqualTo("received -");
            proxy.calm();
            awaitDelivery("settled none");
        }
        assertThat(runs()).isZero();
    }

    @Test
    void whatHadMovedIsPlannedWhenTheDatabaseIsBack() {
        Failpoint cutting =
                (moment, what) -> {
                    if (moment == Failpoint.Moment.AFTER && what.equals("refs")) {
                        cut();
                    }
                };
        Pushes pushes = pushes(through, REAL, cutting, server);
        try (BrokenOff looks = new BrokenOff(pushes)) {
            assertThat(looks).isNotNull();
            assertThatThrownBy(() -> pushes.receive(push())).isInstanceOf(Fault.class);
            assertThat(delivery()).isEqualTo("received -");
            proxy.calm();
            awaitDelivery("settled moved");
        }
        assertThat(runs()).isEqualTo(1);
    }

    @Test
    void whatIsBeingTakenIsLeftAlone() {
        Pushes[] pushes = new Pushes[1];
        Planning looking =
                (request, tree, inclusions) -> {
                    assertThat(pushes[0].endBrokenOff()).isZero();
                    return REAL.plan(request, tree, inclusions);
                };
        pushes[0] = pushes(database, looking, Failpoint.NONE, server);
        pushes[0].receive(push());
        assertThat(delivery()).isEqualTo("settled moved");
        assertThat(runs()).isEqualTo(1);
    }

    @Test
    void whatAnotherServerTookOverStartsOneRun() {
        UUID other = UUID.randomUUID();
        Failpoint late =
                (moment, what) -> {
                    if (moment == Failpoint.Moment.AFTER && what.equals("refs")) {
                        database.change(tx -> Deliveries.takeOver(tx, other, Duration.ZERO));
                    }
                };
        Pushes pushes = pushes(database, REAL, late, server);
        assertThatThrownBy(() -> pushes.receive(push()))
                .hasMessageContaining("another server took it for abandoned");
        assertThat(runs()).isZero();
        assertThat(pushes(database, REAL, Failpoint.NONE, other).endBrokenOff()).isEqualTo(1);
        assertThat(delivery()).isEqualTo("settled moved");
        assertThat(runs()).isEqualTo(1);
    }
}
