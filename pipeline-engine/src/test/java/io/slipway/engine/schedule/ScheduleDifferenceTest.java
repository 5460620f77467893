package io.slipway.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseAddress;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.event.Schedule;
import io.slipway.engine.queue.Plans;
import io.slipway.engine.queue.SimulatedSchedules;
import io.slipway.engine.queue.SimulatedSchedules.Row;
import io.slipway.engine.queue.SimulatedSchedules.Seen;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// The model of schedules that simulations play does what the statements do on a real PostgreSQL:
/// the same operations, by seed, on both, and after each of them the same answer and the same rows.
/// Servers see what is due and take it later, as if they had been slow. The statements run by the
/// model's clock, as in `QueueDifferenceTest`.
@ExtendWith(DatabaseExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ScheduleDifferenceTest {
    private static final int SCHEDULES = Integer.getInteger("simulation.schedules", 100);
    private static final int OPERATIONS = 40;
    private static final int SERVERS = 3;
    private static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

    /// By how many seconds are between their instants.
    private static final Map<Long, Schedule> CRONS =
            new TreeMap<>(
                    Map.of(
                            60L, utc("* * * * *"),
                            300L, utc("*/5 * * * *"),
                            1_200L, utc("*/20 * * * *"),
                            3_600L, utc("0 * * * *")));

    private final DatabaseAddress address;
    private Database database;

    ScheduleDifferenceTest(DatabaseAddress address) {
        this.address = address;
    }

    private static Schedule utc(String cron) {
        return new Schedule(cron, ZoneOffset.UTC, null);
    }

    @BeforeAll
    void clock() {
        try (Database plain = new Database(address, 1)) {
            plain.change(
                    tx -> {
                        tx.update("create schema simulated");
                        tx.update("create table simulated.clock (at timestamptz not null)");
                        tx.update("insert into simulated.clock values (now())");
                        tx.update(
                                """
                                create function simulated.clock_timestamp() returns timestamptz
                                language sql volatile as 'select at from simulated.clock'
                                """);
                    });
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
                        2);
    }

    @AfterAll
    void close() {
        database.close();
    }

    @Test
    void modelAndStatementsAgree() {
        Long only = Long.getLong("simulation.seed");
        if (only != null) {
            new Play(only).play();
            return;
        }
        for (long seed = 1; seed <= SCHEDULES; seed++) {
            new Play(seed).play();
        }
    }

    private static final class Owner {
        final long id;
        final Map<Long, Row> rows = new TreeMap<>();
        boolean paused;

        Owner(long id) {
            this.id = id;
        }
    }

    /// An instant as a server saw it, in the model and in the database.
    private record Both(Seen model, Schedules.Listed row) {}

    private final class Play {
        private final long seed;
        private final Random random;
        private final SimulatedSchedules model = new SimulatedSchedules();
        private final List<Owner> owners = new ArrayList<>();
        private final List<List<Both>> seen = new ArrayList<>();
        private final List<String> done = new ArrayList<>();
        private long now;
        private int run;

        Play(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            database.change(tx -> tx.update("truncate projects cascade"));
            advance(0);
            for (int i = 0; i < 2; i++) {
                owners.add(new Owner(Plans.project(database, "s" + seed + "-" + i)));
            }
            for (int i = 0; i < SERVERS; i++) {
                seen.add(List.of());
            }
            owners.forEach(this::file);
        }

        void play() {
            try {
                for (int i = 0; i < OPERATIONS; i++) {
                    step();
                    assertThat(rows()).as("rows").isEqualTo(modelled());
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "seed " + seed + " (-Dsimulation.seed=" + seed + "): " + done, e);
            }
        }

        private void step() {
            Owner owner = owners.get(random.nextInt(owners.size()));
            int server = random.nextInt(SERVERS);
            switch (random.nextInt(8)) {
                case 0, 1 -> look(server);
                case 2, 3 -> fire(server);
                case 4 -> pauseProject(owner);
                case 5 -> pauseOne(owner);
                case 6 -> file(owner);
                default -> advance(1 + random.nextInt(600));
            }
        }

        private void look(int server) {
            Map<String, Seen> expected = new TreeMap<>();
            model.due(now).forEach(one -> expected.put(key(one), one));
            Map<String, Schedules.Listed> found = new TreeMap<>();
            database.read(Schedules::due).forEach(one -> found.put(key(one), one));
            done.add(server + " sees " + expected.keySet());
            assertThat(found.keySet()).isEqualTo(expected.keySet());
            seen.set(
                    server,
                    expected.entrySet().stream()
                            .map(one -> new Both(one.getValue(), found.get(one.getKey())))
                            .toList());
        }

        private String key(Seen one) {
            Owner owner =
                    owners.stream()
                            .filter(o -> o.rows.containsValue(one.row()))
                            .findFirst()
                            .orElseThrow();
            return owner.id + " " + CRONS.get(one.row().each()).cron() + " " + one.due();
        }

        private String key(Schedules.Listed one) {
            return one.projectId() + " " + one.schedule().cron() + " " + seconds(one);
        }

        /// What it saw last, once more or for the first time.
        private void fire(int server) {
            for (Both one : seen.get(server)) {
                boolean expected = model.take(one.model());
                boolean taken =
                        database.<Boolean>transaction(
                                tx -> {
                                    boolean mine = Schedules.take(tx, one.row());
                                    if (mine) {
                                        Schedules.handled(tx, one.row(), ++run, null);
                                    }
                                    return mine;
                                });
                done.add(server + " takes " + one.model().due() + ": " + expected);
                assertThat(taken).isEqualTo(expected);
            }
        }

        private void pauseProject(Owner owner) {
            owner.paused = random.nextInt(3) == 0;
            done.add((owner.paused ? "pause " : "go on with ") + owner.id);
            database.change(
                    tx ->
                            tx.update(
                                    "update projects set paused = ? where id = ?",
                                    owner.paused,
                                    owner.id));
        }

        private void pauseOne(Owner owner) {
            if (owner.rows.isEmpty()) {
                return;
            }
            List<Row> all = List.copyOf(owner.rows.values());
            Row row = all.get(random.nextInt(all.size()));
            boolean paused = random.nextInt(3) == 0;
            done.add((paused ? "leave out " : "take up ") + owner.id + " each " + row.each());
            model.setPaused(row, paused, now);
            String cron = CRONS.get(row.each()).cron();
            database.change(
                    tx -> {
                        long id =
                                Schedules.of(tx, owner.id).stream()
                                        .filter(one -> one.schedule().cron().equals(cron))
                                        .findFirst()
                                        .orElseThrow()
                                        .id();
                        Schedules.setPaused(tx, owner.id, id, paused);
                    });
        }

        /// The branch's file says other schedules; those that stay keep their place.
        private void file(Owner owner) {
            List<Long> said = CRONS.keySet().stream().filter(each -> random.nextBoolean()).toList();
            done.add("the file of " + owner.id + " says " + said);
            for (Long each : CRONS.keySet()) {
                if (said.contains(each)) {
                    owner.rows.computeIfAbsent(
                            each, e -> model.add(() -> owner.paused, () -> {}, e, now));
                } else if (owner.rows.containsKey(each)) {
                    model.remove(owner.rows.remove(each));
                }
            }
            database.change(
                    tx -> {
                        long asked =
                                tx.one(
                                        """
                                        update projects set schedules_asked = schedules_asked + 1
                                        where id = ? returning schedules_asked
                                        """,
                                        row -> row.number("schedules_asked"),
                                        owner.id);
                        Schedules.read(tx, owner.id, asked, said.stream().map(CRONS::get).toList());
                    });
        }

        private void advance(long seconds) {
            done.add(seconds + " s pass");
            now += seconds;
            database.change(
                    tx -> tx.update("update simulated.clock set at = ?", EPOCH.plusSeconds(now)));
        }

        private long seconds(Schedules.Listed one) {
            Instant due = one.due();
            assertThat(due).isNotNull();
            return due.getEpochSecond() - EPOCH.getEpochSecond();
        }

        private List<String> rows() {
            return owners.stream()
                    .flatMap(o -> database.read(tx -> Schedules.of(tx, o.id)).stream())
                    .map(one -> key(one) + " " + one.paused())
                    .sorted()
                    .toList();
        }

        private String line(Owner owner, Row row) {
            String cron = CRONS.get(row.each()).cron();
            return owner.id + " " + cron + " " + row.due() + " " + row.paused();
        }

        private List<String> modelled() {
            return owners.stream()
                    .flatMap(o -> o.rows.values().stream().map(row -> line(o, row)))
                    .sorted()
                    .toList();
        }
    }
}
