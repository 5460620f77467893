package io.slipway.engine.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseAddress;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Tx;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.run.ClaimLost;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.JobWork;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Runs;
import io.slipway.engine.run.Verdict;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;

/// The model of the queue does what its statements do on a real PostgreSQL: the same operations, by
/// seed, on both, and after each of them the same answer and the same rows. The statements run by
/// the model's clock: a schema that is looked into first has a `clock_timestamp` of its own.
@ExtendWith(DatabaseExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class QueueDifferenceTest {
    private static final int SCHEDULES = Integer.getInteger("simulation.schedules", 200);
    private static final int OPERATIONS = 40;
    private static final int SLOTS = 4;
    private static final int SERVERS = 3;

    private final DatabaseAddress address;
    private Database database;

    QueueDifferenceTest(DatabaseAddress address) {
        this.address = address;
    }

    @BeforeAll
    void clock() {
        try (Database plain = new Database(address, 1)) {
            plain.change(
                    tx -> {
                        tx.update("create schema simulated");
                        tx.update("create table simulated.clock (at timestamptz not null)");
                        tx.update("insert into simulated.clock values ('2026-01-01 00:00:00+00')");
                        tx.update(
                                """
                                create function simulated.clock_timestamp() returns timestamptz
                                language sql volatile as 'select at from simulated.clock'
                                """);
                    });
            Plans.runner(plain, SLOTS);
        }
        String separator = address.url().contains("?") ? "&" : "?";
        database =
                new Database(
                        new DatabaseAddress(
                                address.url()
                                        + separator
                                        + "currentSchema=simulated,pg_catalog,public",
                                address.user(),
                                address.password()),
                        4);
    }

    @AfterAll
    void close() {
        database.close();
    }

    @Test
    void modelAndStatementsAgree() {
        Long only = Long.getLong("simulation.seed");
        if (only != null) {
            new Schedule(only).play();
            return;
        }
        for (long seed = 1; seed <= SCHEDULES; seed++) {
            new Schedule(seed).play();
        }
    }

    /// What a server believes to hold.
    private record Held(QueueModel.Attempt attempt, Holding holding) {}

    private final class Schedule {
        private final long seed;
        private final Random random;
        private final QueueModel model = new QueueModel(SLOTS);
        private final List<Long> projectIds = new ArrayList<>();
        private final List<Long> runIds = new ArrayList<>();
        private final Map<Long, QueueModel.Job> jobs = new HashMap<>();
        private final List<UUID> ids = new ArrayList<>();
        private final long[] begun = new long[SERVERS];
        private final List<Queue> queues = new ArrayList<>();
        private final List<List<Held>> held = new ArrayList<>();
        private final List<Held> forgotten = new ArrayList<>();
        private final List<Holding> opened = new ArrayList<>();
        private final List<String> done = new ArrayList<>();

        Schedule(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            database.change(
                    tx -> {
                        tx.update("truncate projects cascade");
                        tx.update("update simulated.clock set at = '2026-01-01 00:00:00+00'");
                    });
            for (int i = 0; i < SERVERS; i++) {
                ids.add(UUID.randomUUID());
                queues.add(new Queue(database, ids.get(i)));
                held.add(new ArrayList<>());
            }
            for (int i = 0; i < 2; i++) {
                model.project();
                projectIds.add(Plans.project(database, "d" + seed + "-" + i));
            }
        }

        void play() {
            try {
                for (int i = 0; i < OPERATIONS; i++) {
                    step();
                    assertThat(QueueRows.of(database, ids)).as("rows").isEqualTo(modelled());
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "seed " + seed + " (-Dsimulation.seed=" + seed + "): " + done, e);
            } finally {
                opened.forEach(holding -> holding.ownLog().close());
            }
        }

        private void step() {
            int server = random.nextInt(SERVERS);
            switch (random.nextInt(17)) {
                case 0, 1 -> newRun();
                case 2, 3, 4 -> claim(server);
                case 5 -> renew(server);
                case 6 -> giveBack(server);
                case 7, 8 -> verdict(server);
                case 9 -> append(server);
                case 10 -> cancel();
                case 11 -> remove();
                case 12 -> pauseOrApprove();
                case 13 -> retry();
                case 14 -> forget(server);
                case 15 -> look();
                default -> advance();
            }
        }

        private void newRun() {
            int project = random.nextInt(2);
            int count = 1 + random.nextInt(3);
            boolean fork = random.nextInt(5) == 0;
            boolean asks = random.nextInt(5) == 0;
            boolean inLine = random.nextInt(3) == 0;
            String kind = (fork ? " from a fork" : "") + (asks ? " that asks" : "");
            done.add("run of " + count + kind + (inLine ? " in line" : ""));
            PlannedJob[] planned =
                    IntStream.range(0, count)
                            .mapToObj(i -> Plans.check("j" + i))
                            .toArray(PlannedJob[]::new);
            long id = Plans.run(database, projectIds.get(project), planned).id();
            QueueModel.Run run = model.run(model.projects.get(project), count);
            runIds.add(id);
            List<Long> jobIds =
                    database.read(
                            tx ->
                                    tx.query(
                                            "select id from jobs where run_id = ? order by"
                                                    + " position",
                                            row -> row.number("id"),
                                            id));
            for (int i = 0; i < count; i++) {
                jobs.put(jobIds.get(i), run.jobs.get(i));
            }
            run.fork = fork;
            run.asks = asks;
            run.inLine = inLine;
            if (asks) {
                database.change(tx -> ask(tx, id));
            }
            if (inLine) {
                database.change(
                        tx ->
                                tx.update(
                                        """
                                        update runs
                                        set concurrency_group = 'line', concurrency_policy = 'queue'
                                        where id = ?
                                        """,
                                        id));
            }
            if (fork) {
                database.change(
                        tx -> tx.update("update runs set source_trust = 'fork' where id = ?", id));
            }
        }

        private void ask(Tx tx, long run) {
            tx.update("update jobs set asks_approval = true where run_id = ?", run);
            tx.update(
                    """
                    update attempts a set takes_slot = false
                    from jobs j where j.id = a.job_id and j.run_id = ?
                    """,
                    run);
        }

        private void claim(int server) {
            List<Held> mine = held.get(server);
            List<QueueModel.Attempt> expected =
                    model.claim(
                            server, begun[server], mine.stream().map(Held::attempt).toList(), 100);
            done.add("claim by " + server + ": " + expected.size());
            List<Claimed> claimed =
                    queues.get(server)
                            .claim(
                                    mine.stream()
                                            .map(one -> one.holding().job().attemptId())
                                            .toList(),
                                    100);
            Map<QueueModel.Attempt, Claimed> found = new HashMap<>();
            for (Claimed one : claimed) {
                found.put(of(one.job().id(), one.name().attempt()), one);
            }
            assertThat(found.keySet()).containsExactlyInAnyOrderElementsOf(expected);
            for (QueueModel.Attempt one : expected) {
                Claimed real = found.get(one);
                assertThat(real.fence()).isEqualTo(one.fence);
                assertThat(real.past().expiries()).isEqualTo(one.expiries);
                assertThat(real.past().cancelled() != null).isEqualTo(one.cancelled);
                assertThat(real.log().lines()).isEqualTo(one.log);
                Holding holding = new Holding(database, real, System.nanoTime());
                opened.add(holding);
                mine.add(new Held(one, holding));
            }
        }

        private QueueModel.Attempt of(long job, int number) {
            QueueModel.Job its = jobs.get(job);
            return model.attempts.stream()
                    .filter(a -> a.job == its && a.number == number)
                    .findFirst()
                    .orElseThrow();
        }

        private void renew(int server) {
            done.add("renew by " + server);
            List<Held> mine = held.get(server);
            List<Held> asked = new ArrayList<>(mine);
            Map<QueueModel.Attempt, Long> fences = new LinkedHashMap<>();
            mine.forEach(one -> fences.put(one.attempt(), one.holding().fence()));
            for (Held old : forgotten) {
                if (fences.putIfAbsent(old.attempt(), old.holding().fence()) == null) {
                    asked.add(old);
                }
            }
            Map<QueueModel.Attempt, Boolean> expected = model.renew(fences);
            Map<QueueModel.Attempt, Boolean> found = new HashMap<>();
            Map<Long, QueueModel.Attempt> byId = new HashMap<>();
            asked.forEach(one -> byId.put(one.holding().job().attemptId(), one.attempt()));
            new Leases(database)
                    .renew(asked.stream().map(Held::holding).toList())
                    .forEach(one -> found.put(byId.get(one.attempt()), !one.cancelled().isEmpty()));
            assertThat(found).isEqualTo(new HashMap<>(expected));
            mine.removeIf(
                    one -> {
                        boolean lost = !expected.containsKey(one.attempt());
                        if (lost) {
                            forgotten.add(one);
                        }
                        return lost;
                    });
        }

        /// One that the server holds, or one that it only believes to hold.
        private @Nullable Held any(int server) {
            List<Held> from = random.nextInt(3) == 0 ? forgotten : held.get(server);
            return from.isEmpty() ? null : from.get(random.nextInt(from.size()));
        }

        private void giveBack(int server) {
            Held one = any(server);
            if (one == null) {
                return;
            }
            done.add("give back " + name(one));
            boolean expected = model.giveBack(one.attempt(), one.holding().fence());
            assertThat(
                            queues.get(server)
                                    .giveBack(
                                            one.holding().job().attemptId(), one.holding().fence()))
                    .isEqualTo(expected);
            held.get(server).remove(one);
            forgotten.add(one);
        }

        private static String name(Held one) {
            return one.holding().name() + "@" + one.holding().fence();
        }

        private void verdict(int server) {
            Held one = any(server);
            if (one == null) {
                return;
            }
            boolean well = random.nextBoolean();
            done.add("verdict of " + name(one));
            boolean expected =
                    model.verdict(
                            one.attempt(), one.holding().fence(), well ? "succeeded" : "failed");
            Verdict verdict =
                    well
                            ? Verdict.succeeded("done")
                            : Verdict.failed(Reason.EXIT_CODE, "exit code 1", Map.of());
            boolean written;
            try {
                database.change(tx -> new Verdicts().write(tx, one.holding(), verdict));
                written = true;
            } catch (ClaimLost e) {
                written = false;
            }
            assertThat(written).isEqualTo(expected);
            held.get(server).remove(one);
            forgotten.add(one);
        }

        private void append(int server) {
            Held one = any(server);
            if (one == null) {
                return;
            }
            done.add("append to " + name(one));
            boolean expected =
                    model.append(one.attempt(), one.holding().fence(), one.attempt().log, false);
            boolean stored;
            try {
                one.holding().log().line("a line");
                one.holding().log().flush();
                stored = true;
            } catch (ClaimLost | IllegalStateException e) {
                stored = false;
            }
            assertThat(stored).isEqualTo(expected);
        }

        private void cancel() {
            if (runIds.isEmpty()) {
                return;
            }
            int run = random.nextInt(runIds.size());
            done.add("cancel run " + run);
            boolean expected = model.cancel(model.runs.get(run));
            assertThat(
                            database.<Boolean>transaction(
                                    tx -> new Runs().cancel(tx, runIds.get(run), "by a test")))
                    .isEqualTo(expected);
        }

        private void remove() {
            done.add("remove what ended");
            Map<JobKind, JobWork> work = Map.of(JobKind.CHECK, new ScriptedWork());
            Removals removals = new Removals(database, queues.getFirst().instance(), work);
            for (Held one : forgotten) {
                removals.remove(
                        new Removals.Due(
                                one.holding().job().attemptId(),
                                one.holding().name(),
                                JobKind.CHECK));
                model.removed(one.attempt());
            }
        }

        private void pauseOrApprove() {
            if (random.nextBoolean() || runIds.isEmpty()) {
                int project = random.nextInt(2);
                boolean paused = random.nextInt(3) == 0;
                done.add((paused ? "pause " : "go on with ") + project);
                model.projects.get(project).paused = paused;
                database.change(
                        tx ->
                                tx.update(
                                        "update projects set paused = ? where id = ?",
                                        paused,
                                        projectIds.get(project)));
            } else {
                int run = random.nextInt(runIds.size());
                done.add("approve run " + run);
                boolean ofIt = random.nextInt(4) > 0;
                model.runs.get(run).approved |= ofIt;
                model.runs.get(run).agreed |= ofIt;
                database.change(tx -> approve(tx, runIds.get(run), ofIt));
            }
        }

        /// Somebody agrees: to this commit, or to another one.
        private void approve(Tx tx, long run, boolean ofIt) {
            tx.update(
                    """
                    update runs
                    set approved_commit = case when ? then commit
                        else coalesce(approved_commit, 'another') end
                    where id = ?
                    """,
                    ofIt,
                    run);
            tx.update(
                    """
                    insert into approvals
                        (job_id, commit, image, who, expires_at, verdict, ruled_at)
                    select j.id, case when ? then u.commit else 'another' end, '', '{}', now(),
                        'approved', now()
                    from jobs j join runs u on u.id = j.run_id
                    where u.id = ?
                    """,
                    ofIt,
                    run);
        }

        private void look() {
            done.add("look at the gate");
            model.look();
            new GateHints(database).look();
        }

        private void retry() {
            RunEnds ends = new RunEnds(database, ids.getFirst(), run -> {});
            ends.claim().forEach(ends::end);
            model.finishRuns();
            if (runIds.isEmpty()) {
                return;
            }
            int run = random.nextInt(runIds.size());
            boolean onlyFailed = random.nextBoolean();
            if (model.runs.get(run).asks) {
                return;
            }
            done.add("retry run " + run);
            boolean expected = model.retry(model.runs.get(run), onlyFailed);
            boolean again;
            try {
                database.change(tx -> new Runs().retry(tx, runIds.get(run), onlyFailed));
                again = true;
            } catch (Fault e) {
                again = false;
            }
            assertThat(again).isEqualTo(expected);
        }

        /// The process ends and another one begins in its place.
        private void forget(int server) {
            done.add("server " + server + " starts again");
            forgotten.addAll(held.get(server));
            held.get(server).clear();
            begun[server] = model.now;
            queues.set(server, new Queue(database, ids.get(server)));
        }

        private void advance() {
            int seconds = 1 + random.nextInt(12);
            done.add(seconds + " s pass");
            model.now += seconds;
            database.change(
                    tx ->
                            tx.update(
                                    "update simulated.clock set at = at + ? * interval '1 second'",
                                    seconds));
        }

        private List<String> modelled() {
            List<String> all = new ArrayList<>();
            jobs.forEach(
                    (id, job) -> {
                        all.add(id + " " + job.run.state + " " + job.state + " " + job.outcome);
                        model.attempts.stream()
                                .filter(a -> a.job == job)
                                .forEach(a -> all.add(id + "/" + a.number + " " + a.row()));
                    });
            return all.stream().sorted().toList();
        }
    }
}
