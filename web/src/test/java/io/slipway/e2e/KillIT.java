package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;
import io.slipway.fault.FaultProxy;
import io.slipway.web.traffic.Load;

import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/// Promise 1: nothing is lost and nothing happens twice. The server, its PostgreSQL and its switch
/// are killed with -9 again and again, at random moments and at named points, while people push.
/// What is true is told by others: a ledger that each step enters itself into, log lines that can
/// be computed, the access logs of the registry and of the app that is rolled out, the page that an
/// app answers with.
///
/// `-Dkill.count` says how often (50) and `-Dkill.minutes` for how long at most (10), `-Dkill.seed`
/// in which order.
@Tag("kill")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KillIT {
    private static final Duration TO_POINT = Duration.ofSeconds(8);

    /// At how many points the server may be killed next.
    private static final int ARMED = 4;

    private static final String HIT = "kills while a step, image or rollout ran";

    private final int kills = Integer.getInteger("kill.count", 50);
    private final Duration longest = Duration.ofMinutes(Integer.getInteger("kill.minutes", 10));
    private final long seed = Long.getLong("kill.seed", System.nanoTime() % 1_000_000);
    private final Random random = new Random(seed);
    private final Tally tally = new Tally();
    private final Map<String, Integer> tried = new HashMap<>();
    private final Map<String, Integer> killedAt = new HashMap<>();
    private final Desk desk = new Desk();
    private final RegistryLog registryLog = new RegistryLog();
    private Ledger ledger;
    private FaultProxy registry;
    private Deliveries deliveries;
    private Slipway slipway;
    private Visitor visitor;
    private long longestAway;

    @BeforeAll
    void start() throws Exception {
        SlipwayExtension.needEngine();
        System.out.println("kill tests, seed " + seed);
        ledger = new Ledger();
        deliveries = new Deliveries(ledger);
        int port = Slipway.freePort();
        registry = FaultProxy.tcp(port, registryLog);
        Map<String, String> settings =
                Map.of(
                        "SLIPWAY_PORT",
                        Integer.toString(port),
                        "SLIPWAY_REGISTRY",
                        "localhost:" + registry.port(),
                        "SLIPWAY_KEEP_RUNS",
                        "5000",
                        "SLIPWAY_EGRESS_ALLOW",
                        deliveries.origin());
        if (Program.archive().flags().isEmpty()) {
            // It leaves the archive of classes by which each later start costs half.
            new Slipway(Map.of()).close();
        }
        slipway = new Slipway(settings, desk);
        ledger.open(slipway.instance());
    }

    @AfterAll
    void close() throws Exception {
        desk.close();
        if (slipway != null) {
            slipway.close();
        }
        if (deliveries != null) {
            deliveries.close();
        }
        if (ledger != null) {
            ledger.close();
        }
        if (registry != null) {
            registry.close();
        }
    }

    @Test
    void nothingIsLostAndNothingHappensTwice() throws Exception {
        Git steady = slipway.repository("steady", "hello");
        steady.commit("First");
        Pushes.passes(steady);
        List<Pusher> pushers =
                Arrays.stream(Pusher.Kind.values())
                        .map(kind -> new Pusher(slipway, kind, ledger).begin())
                        .toList();
        Nights nights = new Nights(slipway, ledger).begin();
        deliveries.begin(slipway);
        visitor = new Visitor(slipway, Pusher.Kind.SHIPS.project() + ".localhost").begin();
        Load load = new Load(slipway.port(), "steady.localhost", 20);
        long end = System.nanoTime() + longest.toNanos();
        for (int i = 0; i < kills && System.nanoTime() < end; i++) {
            pushers.forEach(Pusher::checkUp);
            Way way = Way.of(random.nextInt(100));
            if (way == Way.SWITCH) {
                slipway.dropsNothing(load);
                load.close();
            }
            kill(way);
            if (way == Way.SWITCH) {
                load = new Load(slipway.port(), "steady.localhost", 20);
            }
        }
        for (Pusher pusher : pushers) {
            pusher.end();
        }
        nights.end();
        deliveries.end();
        visitor.end();
        slipway.dropsNothing(load);
        load.close();
        tally.add("requests of an app dropped by killed servers", 0);
        Oracle oracle = new Oracle(slipway, ledger, tally);
        pushers.forEach(oracle::judge);
        oracle.judge(nights);
        oracle.judge(deliveries);
        Pusher ships = pushers.get(Pusher.Kind.SHIPS.ordinal());
        oracle.judge(registryLog, ships);
        oracle.judge(visitor, ships);
        oracle.awaitNoOrphans();
        print();
        assertThat(oracle.wrong()).isEmpty();
        assertThat(tally.of("manifests put")).as(tally.toString()).isPositive();
        assertThat(tally.of("requests in that app's own log")).isPositive();
        assertThat(tally.of(HIT) * 2)
                .as(tally.toString())
                .isGreaterThanOrEqualTo(tally.of("kills"));
        assertThat(desk.visits().keySet()).containsAll(Points.all());
        assertThat(Points.unknownCalls(desk.visits().keySet())).as("name it in Points").isEmpty();
    }

    /// Who is killed and when.
    private enum Way {
        /// The server, at any moment.
        ANY_MOMENT(40),
        /// The server, at a named point.
        AT_POINT(84),
        /// The server, by SIGTERM.
        TERM(87),
        /// PostgreSQL.
        DATABASE(94),
        /// The switch.
        SWITCH(100);

        private final int below;

        Way(int below) {
            this.below = below;
        }

        static Way of(int percent) {
            return Arrays.stream(values())
                    .filter(way -> percent < way.below)
                    .findFirst()
                    .orElseThrow();
        }
    }

    private void kill(Way way) throws Exception {
        awaitWork();
        boolean atPoint = way == Way.AT_POINT && holdsAtPoint();
        if (!atPoint) {
            Thread.sleep(random.nextInt(800));
        }
        Map<String, Integer> running = running();
        long begin = System.nanoTime();
        switch (way) {
            case ANY_MOMENT, AT_POINT -> slipway.kill();
            case TERM -> stop();
            case DATABASE -> killDatabase();
            case SWITCH -> killSwitch();
        }
        desk.arm(Set.of());
        if (way != Way.DATABASE && way != Way.SWITCH) {
            slipway.startAgain();
        }
        if (way == Way.ANY_MOMENT || way == Way.AT_POINT) {
            longestAway = Math.max(longestAway, System.nanoTime() - begin);
        }
        if (way == Way.TERM) {
            ledger.open(slipway.instance());
        }
        tally.add("kills", 1);
        String how = way == Way.AT_POINT && !atPoint ? "ANY_MOMENT" : way.name();
        tally.add("kills, " + how.toLowerCase(java.util.Locale.ROOT).replace('_', ' '), 1);
        running.forEach((kind, times) -> tally.add("kills while running: " + kind, 1));
        tally.add(HIT, running.isEmpty() ? 0 : 1);
        if (Boolean.getBoolean("kill.verbose")) {
            System.out.printf(
                    "%s %s %d ms%n", how, running, (System.nanoTime() - begin) / 1_000_000);
        }
    }

    /// Nothing runs that one more kill would put into quarantine, and something runs, as a rule.
    private void awaitWork() throws Exception {
        try {
            awaitNothingKilledTwice();
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(Stuck.seen(slipway), e);
        }
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (running().isEmpty() && System.nanoTime() < end) {
            LockSupport.parkNanos(50_000_000);
        }
    }

    private void awaitNothingKilledTwice() {
        Await.until(
                "nothing runs that was killed twice",
                Duration.ofMinutes(10),
                () ->
                        slipway.read(
                                tx ->
                                        tx.one(
                                                """
                                                select coalesce(max(expiries), 0) < 2 as fit
                                                from attempts where state = 'running'
                                                """,
                                                row -> row.flag("fit"))));
    }

    private Map<String, Integer> running() {
        Map<String, Integer> running = new TreeMap<>();
        slipway.read(
                        tx ->
                                tx.query(
                                        """
                                        select j.kind from attempts a join jobs j on j.id = a.job_id
                                        where a.state = 'running'
                                        """,
                                        row -> row.text("kind")))
                .forEach(kind -> running.merge(kind, 1, Integer::sum));
        return running;
    }

    /// Has the server hold at one of the points that were tried least, whichever it reaches first,
    /// if it gets there soon.
    private boolean holdsAtPoint() throws InterruptedException {
        List<String> points = new java.util.ArrayList<>(Points.all());
        java.util.Collections.shuffle(points, random);
        points.sort(Comparator.comparing(p -> tried.getOrDefault(p, 0)));
        Set<String> next = Set.copyOf(points.subList(0, ARMED));
        desk.arm(next);
        String point = desk.awaitHit(TO_POINT);
        boolean hit = !point.isEmpty();
        (hit ? Set.of(point) : next).forEach(one -> tried.merge(one, 1, Integer::sum));
        if (hit) {
            killedAt.merge(point, 1, Integer::sum);
        }
        tally.add(hit ? "points at which a server was killed" : "points not reached in time", 1);
        return hit;
    }

    private void killDatabase() throws Exception {
        ProcessHandle postmaster = ProcessHandle.of(slipway.postmaster()).orElseThrow();
        postmaster.destroyForcibly();
        Await.until("PostgreSQL ended", () -> !postmaster.isAlive());
        long begin = System.nanoTime();
        Await.until(
                "the server works again",
                () -> slipway.get("localhost", "/readyz").status() == 200);
        atMost("longest: PostgreSQL away, in ms", begin);
    }

    private void stop() {
        long begin = System.nanoTime();
        slipway.stop();
        atMost("longest: from SIGTERM to the server's end, in ms", begin);
    }

    private void killSwitch() throws Exception {
        long pid = slipway.switchProcess();
        long begin = System.nanoTime();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        Await.until("apps are back", () -> slipway.get("steady.localhost", "/").status() == 200);
        visitor.missed(begin, System.nanoTime());
        atMost("longest: apps away after a killed switch, in ms", begin);
    }

    private void atMost(String what, long begin) {
        int millis = (int) ((System.nanoTime() - begin) / 1_000_000);
        tally.add(what, Math.max(0, millis - tally.of(what)));
    }

    private void print() throws Exception {
        Map<String, Integer> visits = new LinkedHashMap<>(desk.visits());
        tally.add(
                "longest: from a kill to a server that is ready, in ms",
                (int) (longestAway / 1_000_000));
        System.out.println("kill tests, seed " + seed + ", " + Machine.text());
        System.out.print(tally);
        System.out.println("visits of each failpoint, and kills there");
        visits.forEach(
                (point, times) ->
                        System.out.printf(
                                "%8d %4d  %s%n", times, killedAt.getOrDefault(point, 0), point));
    }
}
