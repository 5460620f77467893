package io.slipway.engine.queue;

import static io.slipway.engine.queue.Plans.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.RunTime;
import io.slipway.engine.run.Runs;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/// Where time went is told from what is stored.
@ExtendWith(DatabaseExtension.class)
final class TimingsTest {
    private static final AtomicInteger PROJECTS = new AtomicInteger();
    private static final Instant CLAIM = Instant.parse("2026-01-01T00:00:00Z");

    private static final String ENDED =
            "update attempts a set timings = "
                    + Timings.ENDED
                    + " from (select ended_at as at from attempts where id = ?) n where a.id = ?";

    private static final String REMOVED =
            "update attempts set timings = timings || "
                    + Timings.REMOVED
                    + " from (select removed_at as at from attempts where id = ?) n where id = ?";

    private final Database database;
    private final RunHistory history;
    private Runs.Created run;
    private List<Claimed> claimed;

    TimingsTest(Database database) {
        this.database = database;
        this.history = new RunHistory(database);
    }

    @BeforeEach
    void claim() {
        database.change(tx -> tx.update("delete from runs"));
        Plans.runner(database, 4);
        long project = Plans.project(database, "t" + PROJECTS.incrementAndGet());
        run = Plans.run(database, project, check("a"), check("b"));
        claimed = new Queue(database, UUID.randomUUID()).claim(Set.of(), 2);
    }

    private void ended(Claimed one, int millis) {
        database.change(
                tx ->
                        tx.update(
                                """
                                update attempts
                                set started_at = ?, ended_at = ?, removed_at = ?,
                                    state = 'ended', outcome = 'succeeded'
                                where id = ?
                                """,
                                CLAIM,
                                at(millis),
                                at(millis + 70),
                                one.job().attemptId()));
    }

    private void step(Claimed one, int position, boolean own, int from, int to) {
        database.change(
                tx ->
                        tx.update(
                                """
                                insert into steps
                                    (attempt_id, position, name, own, started_at, ended_at)
                                values (?, ?, 'step', ?, ?, ?)
                                """,
                                one.job().attemptId(),
                                position,
                                own,
                                at(from),
                                at(to)));
    }

    private static Instant at(int millis) {
        return CLAIM.plusMillis(millis);
    }

    private JsonNode timings(Claimed one) {
        long attempt = one.job().attemptId();
        database.change(tx -> tx.update(ENDED, attempt, attempt));
        database.change(tx -> tx.update(REMOVED, attempt, attempt));
        String text =
                history.attempts(run.id()).stream()
                        .filter(a -> a.id() == one.job().attemptId())
                        .findFirst()
                        .orElseThrow()
                        .timings();
        return JsonMapper.shared().readTree(text);
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    @Test
    void stepsAtOnceCountOnceAndSlipwaysOwnStepsDoNotCount() {
        Claimed one = claimed.getFirst();
        ended(one, 1000);
        step(one, 0, true, 50, 900);
        step(one, 1, false, 100, 400);
        step(one, 2, false, 300, 500);
        step(one, 3, false, 600, 700);
        assertThat(timings(one))
                .isEqualTo(json("{\"own\":500,\"run\":500,\"prepare\":100,\"remove\":70}"));
    }

    @Test
    void anAttemptInWhichNothingBeganWasAllPreparation() {
        Claimed one = claimed.getFirst();
        ended(one, 300);
        assertThat(timings(one))
                .isEqualTo(json("{\"own\":300,\"run\":0,\"prepare\":300,\"remove\":70}"));
    }

    @Test
    void clocksThatDifferMakeNothingNegative() {
        Claimed one = claimed.getFirst();
        ended(one, 300);
        step(one, 0, false, -50, 400);
        assertThat(timings(one))
                .isEqualTo(json("{\"own\":0,\"run\":300,\"prepare\":0,\"remove\":70}"));
    }

    @Test
    void aRunsShareIsTheTimeInWhichNoJobsStepRan() {
        database.change(
                tx ->
                        tx.update(
                                "update runs set created_at = ?, ended_at = ? where id = ?",
                                CLAIM,
                                at(2000),
                                run.id()));
        step(claimed.getFirst(), 0, false, 100, 1000);
        step(claimed.getLast(), 0, false, 500, 1200);
        step(claimed.getLast(), 1, true, 1200, 1900);
        RunTime time = database.read(tx -> RunTime.of(tx, run.id()));
        assertThat(time).isEqualTo(new RunTime(Duration.ofMillis(2000), Duration.ofMillis(900)));
    }
}
