package io.slipway.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.access.Principals;
import io.slipway.engine.event.Schedule;
import io.slipway.engine.project.Projects;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.slipway.fault.Failpoint;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Each instant of a schedule starts one run, whichever servers are there and whoever is killed.
@ExtendWith(DatabaseExtension.class)
final class ScheduleClockTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @TempDir Path temp;
    private final Database database;
    private Nightly nightly;

    ScheduleClockTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void project(TestInfo test) throws IOException {
        String name = "p" + Math.abs(test.getDisplayName().hashCode());
        nightly = new Nightly(database, temp, name);
    }

    @Test
    void theFileOfTheDefaultBranchSaysTheSchedules() {
        nightly.push(Nightly.EVERY_NIGHT);
        nightly.clock().look();

        Schedules.Listed listed = nightly.schedules().getFirst();
        assertThat(listed.schedule()).isEqualTo(new Schedule("0 3 * * *", BERLIN, null));
        assertThat(listed.due()).isEqualTo(listed.schedule().next(listed.now()).orElseThrow());
        assertThat(nightly.started()).isEmpty();

        nightly.push(Nightly.EVERY_NIGHT.replace("0 3", "0 5"), "refs/heads/other");
        nightly.clock().look();
        assertThat(nightly.schedules()).extracting(Schedules.Listed::id).containsOnly(listed.id());

        nightly.push(Nightly.EVERY_NIGHT + "env: { SAME: schedule }\n");
        nightly.clock().look();
        assertThat(nightly.schedules()).extracting(Schedules.Listed::id).containsOnly(listed.id());

        nightly.push("jobs: 12\n");
        nightly.clock().look();
        assertThat(nightly.schedules()).as("a file with problems changes none").hasSize(1);

        nightly.push("apps: {}\n");
        nightly.clock().look();
        assertThat(nightly.schedules()).isEmpty();
    }

    @Test
    void whatIsDueStartsOneRunAndWaitsForTheNextInstant() {
        nightly.push(Nightly.EVERY_NIGHT).clock().look();
        nightly.due("1 second");
        nightly.clock().look();
        nightly.clock().look();

        assertThat(nightly.started()).hasSize(1);
        Run run = nightly.started().getFirst();
        assertThat(run.start().trigger()).isEqualTo("schedule");
        assertThat(run.start().cause()).isEqualTo("schedule: 0 3 * * * Europe/Berlin");
        assertThat(run.start().principal()).isNull();
        assertThat(new RunHistory(database).jobs(run.id()))
                .extracting(Run.Job::name)
                .containsExactly("night");
        assertThat(nightly.repositories.at(nightly.project, "refs/slipway/runs/" + run.number()))
                .contains(run.source().commit());
        Schedules.Listed listed = nightly.schedules().getFirst();
        assertThat(listed.lastRun()).isEqualTo(run.number());
        assertThat(listed.due()).isAfter(listed.now());
    }

    @Test
    void whatCameWhileNoServerWasThereStartsOneRunThatSaysSo() {
        nightly.push(Nightly.EVERY_NIGHT).clock().look();
        nightly.due("3 days");
        nightly.clock().look();
        nightly.clock().look();

        assertThat(nightly.started()).hasSize(1);
        assertThat(nightly.started().getFirst().start().cause())
                .startsWith("schedule: 0 3 * * * Europe/Berlin, due 20");
    }

    private static final String NOT_LATE =
            Nightly.EVERY_NIGHT.replace("zone:", "missed: skip, zone:");

    @Test
    void whatWasMissedIsLeftOutWhereTheFileSaysSo() {
        nightly.push(NOT_LATE).clock().look();
        nightly.due("3 days");
        nightly.clock().look();
        assertThat(nightly.started()).isEmpty();
        Schedules.Listed listed = nightly.schedules().getFirst();
        assertThat(listed.lastReason()).isEqualTo("it was missed, and says missed: skip");
        assertThat(listed.due()).isAfter(listed.now());

        nightly.due("90 seconds");
        nightly.clock().look();
        assertThat(nightly.started()).as("that is not late").hasSize(1);
    }

    @Test
    void thePolicyOfWhatIsMissedChangesInItsPlace() {
        nightly.push(Nightly.EVERY_NIGHT).clock().look();
        Schedules.Listed before = nightly.schedules().getFirst();
        nightly.push(NOT_LATE).clock().look();
        Schedules.Listed after = nightly.schedules().getFirst();
        assertThat(after.id()).isEqualTo(before.id());
        assertThat(after.due()).isEqualTo(before.due());
        assertThat(after.schedule().missed()).isEqualTo(Schedule.Missed.SKIP);
    }

    @Test
    void whatWaitsForAPushToEndIsNotMissed() {
        String ships =
                """
                on: { push: {}, schedule: [{ cron: "0 3 * * *", missed: skip }] }
                jobs: { night: { image: busybox, steps: ["true"] } }
                apps: { app: { image: busybox } }
                """;
        nightly.push(ships).clock().look();
        nightly.pushWaiting(ships + "env: { A: b }\n");
        nightly.due("1 second");
        nightly.clock().look();
        assertThat(nightly.started()).isEmpty();

        database.change(
                tx ->
                        tx.update(
                                """
                                update schedules set due_at = due_at - interval '1 hour'
                                where project_id = ?
                                """,
                                nightly.project));
        database.change(
                tx ->
                        tx.update(
                                """
                                update deliveries set state = 'settled', result = 'refused'
                                where project_id = ? and state <> 'settled'
                                """,
                                nightly.project));
        nightly.clock().look();
        assertThat(nightly.started()).hasSize(1);
    }

    @Test
    void ofManyServersOneStartsIt() throws Exception {
        nightly.push(Nightly.EVERY_NIGHT).clock().look();
        for (int round = 1; round <= 5; round++) {
            nightly.due("1 second");
            together(8, nightly.clock()::look);
            assertThat(nightly.started()).as("round " + round).hasSize(round);
        }
    }

    /// Each has seen the same instant before any of them takes it.
    @Test
    void whoComesSecondFindsTheInstantTaken() {
        nightly.push(Nightly.EVERY_NIGHT).clock().look();
        nightly.due("1 second");
        List<Schedules.Listed> seen = database.read(Schedules::due);
        ScheduleClock clock = nightly.clock();
        seen.forEach(clock::fire);
        seen.forEach(clock::fire);

        assertThat(nightly.started()).hasSize(1);
    }

    @Test
    void whoHasReadAnOlderFileWritesNothing() {
        nightly.push(Nightly.EVERY_NIGHT).clock().look();
        Schedule old = new Schedule("0 4 * * *", BERLIN, null);
        database.change(tx -> Schedules.read(tx, nightly.project, 1, List.of(old)));

        assertThat(nightly.schedules())
                .extracting(listed -> listed.schedule().cron())
                .containsExactly("0 3 * * *");
    }

    private static void together(int many, Runnable action) throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(many);
        try (ExecutorService servers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> looks = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                looks.add(
                        servers.submit(
                                () -> {
                                    barrier.await();
                                    action.run();
                                    return null;
                                }));
            }
            for (Future<?> look : looks) {
                look.get();
            }
        }
    }

    /// At each point of the transaction in which an instant is taken, and in which a definition is
    /// read: whoever comes next finds all of it or nothing.
    @Test
    void killedAtAnyPointEachInstantStartsOneRun() {
        nightly.push(Nightly.EVERY_NIGHT);
        for (Failpoint.Moment moment : Failpoint.Moment.values()) {
            killedAt(moment);
            nightly.clock().look();
            assertThat(nightly.schedules()).as("read, killed %s", moment).hasSize(1);
            int before = nightly.started().size();
            nightly.due("1 second");
            killedAt(moment);
            nightly.clock().look();
            assertThat(nightly.started()).as("due, killed %s", moment).hasSize(before + 1);
            database.change(
                    tx -> {
                        tx.update("delete from schedules where project_id = ?", nightly.project);
                        tx.update(
                                "update projects set schedules_read = 0 where id = ?",
                                nightly.project);
                    });
        }
        assertThat(
                        Counts.number(
                                database,
                                """
                                select count(*) as n from deliveries d
                                where d.project_id = ? and d.kind = 'schedule'
                                    and not exists (select 1 from runs where delivery_id = d.id)
                                """,
                                nightly.project))
                .isZero();
    }

    /// A server that dies at its first change.
    private void killedAt(Failpoint.Moment moment) {
        Failpoint dies =
                (at, what) -> {
                    if (at == moment) {
                        throw new Killed();
                    }
                };
        try (Database dying = new Database(database.address(), 2, dies)) {
            nightly.clock(dying).look();
        } catch (Killed e) {
            return;
        }
        throw new AssertionError("nothing was changed");
    }

    private static final class Killed extends Error {}

    @Test
    void itWaitsWhileAPushDecidesWhetherTheBranchMoves() {
        String ships =
                """
                on: { push: {}, schedule: [{ cron: "0 3 * * *" }] }
                jobs: { night: { image: busybox, steps: ["true"] } }
                apps: { app: { image: busybox } }
                """;
        nightly.push(ships).clock().look();
        nightly.pushWaiting(ships + "env: { A: b }\n");
        nightly.due("1 second");
        nightly.clock().look();
        assertThat(nightly.started()).isEmpty();

        database.change(
                tx ->
                        tx.update(
                                """
                                update deliveries set state = 'settled', result = 'refused'
                                where project_id = ? and state <> 'settled'
                                """,
                                nightly.project));
        nightly.clock().look();
        assertThat(nightly.started()).hasSize(1);
    }

    @Test
    void aScheduleGoesOnWithoutWhoeverWroteIt() {
        nightly.push(Nightly.EVERY_NIGHT).clock().look();
        database.change(tx -> Principals.disable(tx, nightly.principal));
        nightly.due("1 second");
        nightly.clock().look();

        assertThat(nightly.started()).hasSize(1);
    }

    @Test
    void aPausedProjectsScheduleStartsItsRunWhenTheProjectGoesOn() {
        nightly.push(Nightly.EVERY_NIGHT).clock().look();
        database.change(tx -> Projects.setPaused(tx, nightly.project, true));
        nightly.due("3 days");
        nightly.clock().look();
        assertThat(nightly.started()).isEmpty();

        database.change(tx -> Projects.setPaused(tx, nightly.project, false));
        nightly.clock().look();
        assertThat(nightly.started()).hasSize(1);
    }

    @Test
    void aPausedScheduleIsLeftOutAndNotMadeUpFor() {
        nightly.push(Nightly.EVERY_NIGHT).clock().look();
        long id = nightly.schedules().getFirst().id();
        database.change(tx -> Schedules.setPaused(tx, nightly.project, id, true));
        nightly.due("3 days");
        nightly.clock().look();
        database.change(tx -> Schedules.setPaused(tx, nightly.project, id, false));
        nightly.clock().look();

        assertThat(nightly.started()).isEmpty();
        Schedules.Listed listed = nightly.schedules().getFirst();
        assertThat(listed.due()).isAfter(listed.now());
    }

    @Test
    void aBranchThatIsGoneStartsNothingAndSaysWhy() {
        nightly.push(Nightly.EVERY_NIGHT.replace("Europe/Berlin", "Europe/Berlin, branch: old"));
        nightly.clock().look();
        nightly.due("1 second");
        nightly.clock().look();

        assertThat(nightly.started()).isEmpty();
        Schedules.Listed listed = nightly.schedules().getFirst();
        assertThat(listed.lastReason()).endsWith(": there is no branch old");
        assertThat(listed.due()).isAfter(listed.now());
    }

    @Test
    void theOtherBranchesFileHasToNameScheduleToo() {
        nightly.push(Nightly.EVERY_NIGHT.replace("Europe/Berlin", "Europe/Berlin, branch: old"));
        nightly.push("on: { push: {} }\napps: {}\n", "refs/heads/old");
        nightly.clock().look();
        nightly.due("1 second");
        nightly.clock().look();

        assertThat(nightly.started()).isEmpty();
        assertThat(nightly.schedules().getFirst().lastReason())
                .isEqualTo("on does not name schedule in old");

        nightly.push(Nightly.EVERY_NIGHT + "env: { OLD: too }\n", "refs/heads/old2");
        assertThat(nightly.schedules()).hasSize(1);
    }

    @Test
    void aScheduledRunStandsInALineOfItsOwn() {
        nightly.push(Nightly.EVERY_NIGHT).clock().look();
        nightly.due("1 second");
        nightly.clock().look();

        String line =
                database.read(
                        tx ->
                                tx.one(
                                        """
                                        select concurrency_group || ' ' || concurrency_policy as l
                                        from runs where project_id = ? and trigger = 'schedule'
                                        """,
                                        row -> row.text("l"),
                                        nightly.project));
        assertThat(line).isEqualTo("main schedule queue");
    }
}
