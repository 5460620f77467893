package io.slipway.engine.queue;

import static io.slipway.engine.queue.Plans.check;
import static io.slipway.engine.queue.Plans.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.graph.Concurrency;
import io.slipway.engine.graph.Concurrency.Policy;
import io.slipway.engine.run.Jobs;
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

/// What the gate holds back costs claims nothing, and begins once the gate is open, whatever became
/// of the note that it was held. On a real database.
@ExtendWith(DatabaseExtension.class)
final class GateHintsTest {
    private static final AtomicInteger PROJECTS = new AtomicInteger();
    private static final int OF_EACH = 2_500;

    private final Database database;
    private final GateHints hints;

    GateHintsTest(Database database) {
        this.database = database;
        this.hints = new GateHints(database);
    }

    @BeforeEach
    void empty() {
        database.change(
                tx -> {
                    tx.update("delete from runs");
                    tx.update("update projects set turn = 0");
                });
        Plans.runner(database, 10_000);
    }

    private long project() {
        return Plans.project(database, "g" + PROJECTS.incrementAndGet());
    }

    private void change(String sql, Object... arguments) {
        database.change(tx -> tx.update(sql, arguments));
    }

    private List<String> claimed() {
        return new Queue(database, UUID.randomUUID())
                .claim(Set.of(), Queue.MOST).stream().map(one -> one.job().name()).toList();
    }

    private long held() {
        return Counts.number(
                database, "select count(*) as n from attempts where held and state = 'queued'");
    }

    private void pause(long project, boolean paused) {
        change("update projects set paused = ? where id = ?", paused, project);
    }

    private void fork(long run) {
        change("update runs set source_trust = 'fork', author_id = '7' where id = ?", run);
    }

    private void asks(long run) {
        change("update jobs set asks_approval = true where run_id = ?", run);
    }

    private Runs.Created inLine(long project, String job) {
        return Plans.run(database, project, new Concurrency("main", Policy.QUEUE), check(job));
    }

    /// What it costs is counted, not timed: rows that are looked at, and pages.
    ///
    /// @param limits how many rows the planner expects of each limit
    private record Cost(long rows, long pages, List<Long> limits, String plan) {
        static Cost of(JsonNode plan) {
            long rows = 0;
            for (JsonNode node : plan.findParents("Relation Name")) {
                long each =
                        node.path("Actual Rows").asLong()
                                + node.path("Rows Removed by Filter").asLong();
                rows += each * node.path("Actual Loops").asLong();
            }
            return new Cost(
                    rows,
                    plan.path("Shared Hit Blocks").asLong()
                            + plan.path("Shared Read Blocks").asLong(),
                    plan.findParents("Node Type").stream()
                            .filter(node -> node.path("Node Type").asString().equals("Limit"))
                            .map(node -> node.path("Plan Rows").asLong())
                            .toList(),
                    plan.toPrettyString());
        }
    }

    private static final class Undone extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient Cost cost;

        Undone(Cost cost) {
            this.cost = cost;
        }
    }

    private Cost costOfAClaim() {
        UUID server = UUID.randomUUID();
        try {
            database.change(
                    tx -> {
                        String plan =
                                tx.one(
                                        "explain (analyze, buffers, timing off, format json) "
                                                + Queue.CLAIM,
                                        row -> row.text("QUERY PLAN"),
                                        server,
                                        new Long[0],
                                        32,
                                        32,
                                        32,
                                        server,
                                        server,
                                        Instant.EPOCH,
                                        server,
                                        Instant.EPOCH,
                                        "00000000",
                                        new String[0]);
                        throw new Undone(
                                Cost.of(
                                        JsonMapper.builder()
                                                .build()
                                                .readTree(plan)
                                                .get(0)
                                                .get("Plan")));
                    });
            throw new AssertionError("it was not undone");
        } catch (Undone e) {
            return e.cost;
        }
    }

    /// More jobs like the one that the run has.
    private void many(long run) {
        database.change(
                tx -> {
                    tx.update(
                            """
                            insert into jobs (run_id, project_id, position, name, kind, app,
                                environment, spec, state, queued_at, latest_attempt, asks_approval)
                            select run_id, project_id, n, name || n, kind, app, environment, spec,
                                state, queued_at, latest_attempt, asks_approval
                            from jobs, generate_series(1, ?) n
                            where run_id = ?
                            """,
                            OF_EACH - 1,
                            run);
                    tx.update(
                            """
                            insert into attempts
                                (job_id, project_id, number, runner_id, takes_slot, turn)
                            select j.id, j.project_id, 1, (select min(id) from runners),
                                j.kind <> 'rollout', 1
                            from jobs j
                            where j.run_id = ? and j.position > 0
                            """,
                            run);
                });
    }

    @Test
    void whatIsHeldBackCostsAClaimNothing() {
        long paused = project();
        many(Plans.run(database, paused, check("paused")).id());
        pause(paused, true);
        Runs.Created foreign = Plans.run(database, project(), check("fork"));
        many(foreign.id());
        fork(foreign.id());
        Runs.Created asking = Plans.run(database, project(), rollout("asking"));
        many(asking.id());
        asks(asking.id());
        long line = project();
        inLine(line, "first");
        many(inLine(line, "second").id());
        Plans.run(database, project(), check("last"));
        change("analyze projects, runs, jobs, attempts");

        Cost before = costOfAClaim();
        assertThat(before.rows()).as("as long as nothing is noted").isGreaterThan(4 * OF_EACH);
        hints.hold();
        assertThat(held()).isEqualTo(4 * OF_EACH);
        // As the database does by itself when so much has changed.
        change("analyze attempts");
        Cost after = costOfAClaim();
        assertThat(after.rows()).as(after.plan()).isLessThan(500);
        // Entries of indexes are only passed over once no older transaction can see their rows.
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(costOfAClaim().pages()).isLessThan(2_000));
        assertThat(claimed()).containsExactlyInAnyOrder("first", "last");

        // All of them are asked again, in turn: a lost clear at the end of the line is found too.
        change("update runs set source_trust = 'trusted' where id = ?", foreign.id());
        pause(paused, false);
        long cleared = 0;
        for (int i = 0; i <= 4 * OF_EACH / GateHints.AGAIN; i++) {
            cleared += hints.askAgain();
        }
        assertThat(cleared).isEqualTo(2 * OF_EACH);
        assertThat(claimed()).hasSize(Queue.MOST);
    }

    /// With a limit that the planner cannot see it expects a tenth of the queue, and reads all of a
    /// long one.
    @Test
    void aClaimIsPlannedForTheFewThatItTakes() {
        many(Plans.run(database, project(), check("many")).id());
        change("analyze projects, runs, jobs, attempts");
        Cost cost = costOfAClaim();
        assertThat(cost.limits())
                .as(cost.plan())
                .hasSize(6)
                .allSatisfy(rows -> assertThat(rows).isLessThanOrEqualTo(Queue.MOST));
    }

    /// Held, then opened behind the note's back: found all the same.
    private void isFoundAgain(String job, Runnable opens) {
        hints.hold();
        assertThat(held()).as(job).isEqualTo(1);
        assertThat(claimed()).as(job).isEmpty();
        opens.run();
        assertThat(claimed()).as("the clear of %s is lost", job).isEmpty();
        assertThat(hints.askAgain()).as(job).isEqualTo(1);
        assertThat(claimed()).containsExactly(job);
    }

    @Test
    void aLostClearOfAPauseIsMadeUpFor() {
        long project = project();
        Plans.run(database, project, check("paused"));
        pause(project, true);
        isFoundAgain("paused", () -> pause(project, false));
    }

    @Test
    void aLostClearOfAWordIsMadeUpFor() {
        long run = Plans.run(database, project(), check("fork")).id();
        fork(run);
        isFoundAgain(
                "fork", () -> change("update runs set approved_commit = commit where id = ?", run));
    }

    @Test
    void aLostClearOfTrustIsMadeUpFor() {
        long project = project();
        fork(Plans.run(database, project, check("author")).id());
        isFoundAgain(
                "author",
                () ->
                        change(
                                """
                                insert into trusted_authors (project_id, forge_id, login)
                                values (?, '7', 'ann')
                                """,
                                project));
        long members = project();
        long run = Plans.run(database, members, check("member")).id();
        fork(run);
        change("update runs set author_member = true where id = ?", run);
        isFoundAgain(
                "member",
                () -> change("update projects set trusts_members = true where id = ?", members));
    }

    @Test
    void aLostClearOfAnApprovalIsMadeUpFor() {
        long run = Plans.run(database, project(), rollout("asking")).id();
        asks(run);
        isFoundAgain(
                "asking",
                () ->
                        change(
                                """
                                insert into approvals
                                    (job_id, commit, image, who, expires_at, verdict, ruled_at)
                                select j.id, u.commit, 'busybox:latest', '{}', now(), 'approved',
                                    now()
                                from jobs j join runs u on u.id = j.run_id
                                where u.id = ?
                                """,
                                run));
    }

    @Test
    void aLostClearOfALinesNextIsMadeUpFor() {
        long project = project();
        long first = inLine(project, "first").id();
        inLine(project, "second");
        assertThat(claimed()).containsExactly("first");
        isFoundAgain("second", () -> ends(first));
    }

    private void ends(long run) {
        change(
                """
                update jobs set state = 'ended', waits = null, outcome = 'succeeded'
                where run_id = ?
                """,
                run);
        change("update runs set state = 'ended' where id = ?", run);
    }

    @Test
    void whatOpensTheGateClearsWhatWasNoted() {
        long paused = project();
        Plans.run(database, paused, check("paused"));
        pause(paused, true);
        long foreign = Plans.run(database, project(), check("fork")).id();
        fork(foreign);
        hints.hold();
        assertThat(held()).isEqualTo(2);
        pause(paused, false);
        database.change(tx -> Jobs.lookAgain(tx, paused));
        assertThat(claimed()).containsExactly("paused");
        change("update runs set source_trust = 'trusted' where id = ?", foreign);
        database.change(tx -> Jobs.lookAgainAtRun(tx, foreign));
        assertThat(claimed()).containsExactly("fork");
    }

    @Test
    void aRunsEndClearsTheNextOfItsLineOnly() {
        long project = project();
        long first = inLine(project, "first").id();
        inLine(project, "second");
        inLine(project, "third");
        assertThat(claimed()).containsExactly("first");
        hints.hold();
        assertThat(held()).isEqualTo(2);
        ends(first);
        change("update runs set state = 'finishing' where id = ?", first);
        RunEnds ends = new RunEnds(database, UUID.randomUUID(), run -> {});
        ends.claim().forEach(ends::end);
        assertThat(held()).isEqualTo(1);
        assertThat(claimed()).containsExactly("second");
    }

    /// What is noted opens nothing: a clear that was wrong lets nothing begin.
    @Test
    void theClaimAsksTheGateWhateverIsNoted() {
        long project = project();
        Plans.run(database, project, check("paused"));
        pause(project, true);
        hints.hold();
        database.change(tx -> Jobs.lookAgain(tx, project));
        assertThat(held()).isZero();
        assertThat(claimed()).isEmpty();
    }
}
