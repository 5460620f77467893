package io.slipway.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

@ExtendWith(DatabaseExtension.class)
final class DatabaseTest {
    private final Database database;

    enum Colour {
        DEEP_RED,
        BLUE
    }

    DatabaseTest(Database database) {
        this.database = database;
    }

    @BeforeAll
    static void table(Database database) {
        database.change(
                tx ->
                        tx.update(
                                "create table boats (name text constraint once unique, crew"
                                        + " int8)"));
    }

    @BeforeEach
    void empty() {
        database.change(tx -> tx.update("delete from boats"));
    }

    private List<String> names() {
        return database.read(
                tx -> tx.query("select name from boats order by 1", row -> row.text("name")));
    }

    private static void insert(Tx tx, String name) {
        tx.update("insert into boats (name, crew) values (?, 0)", name);
    }

    @Test
    void everyKindOfValueComesBackAsItWent() {
        UUID id = UUID.randomUUID();
        Instant time = Instant.parse("2026-03-29T01:30:00.123456Z");
        database.change(
                tx -> {
                    tx.one(
                            """
                            select ?::text as a, ?::int8 as b, ?::int4 as c, ?::bool as d,
                                   ?::timestamptz as e, ?::uuid as f, ?::bytea as g,
                                   ?::text[] as h, ?::int8[] as i, ?::text as j, ?::jsonb as k,
                                   ?::text as l, ?::int8 as m, ?::text as n, 7::int2 as o, null::int4 as p
                            """,
                            row -> {
                                assertThat(row.text("a")).isEqualTo("ahoi");
                                assertThat(row.number("b")).isEqualTo(1L << 40);
                                assertThat(row.integer("c")).isEqualTo(-3);
                                assertThat(row.number("c")).isEqualTo(-3);
                                assertThat(row.number("o")).isEqualTo(7);
                                assertThat(row.integerOrNull("p")).isNull();
                                assertThat(row.flag("d")).isTrue();
                                assertThat(row.instant("e")).isEqualTo(time);
                                assertThat(row.uuid("f")).isEqualTo(id);
                                assertThat(row.bytes("g")).containsExactly(0, 1, -1);
                                assertThat(row.texts("h")).containsExactly("a", "{b,\"c\"}");
                                assertThat(row.text("i")).isEqualTo("{1,2}");
                                assertThat(row.text("j")).isEqualTo("deep-red");
                                assertThat(row.choice("j", Colour.class))
                                        .isEqualTo(Colour.DEEP_RED);
                                assertThat(row.json("k")).isEqualTo("{\"a\": 1}");
                                assertThat(row.textOrNull("l")).isNull();
                                assertThat(row.numberOrNull("m")).isNull();
                                assertThat(row.text("n")).isEqualTo("there");
                                return true;
                            },
                            "ahoi",
                            1L << 40,
                            -3,
                            true,
                            time,
                            id,
                            new byte[] {0, 1, -1},
                            new String[] {"a", "{b,\"c\"}"},
                            new Long[] {1L, 2L},
                            Colour.DEEP_RED,
                            new Json("{\"a\":1}"),
                            null,
                            Optional.empty(),
                            Optional.of("there"));
                });
    }

    @Test
    void whatTheWorkThrowsRollsBackAndIsThrown() {
        IllegalStateException thrown = new IllegalStateException("leak");
        assertThatThrownBy(
                        () ->
                                database.change(
                                        tx -> {
                                            insert(tx, "sunk");
                                            throw thrown;
                                        }))
                .isSameAs(thrown);
        assertThat(names()).isEmpty();
    }

    @Test
    void aRowThatIsThereTwiceNamesItsConstraint() {
        assertThatThrownBy(
                        () ->
                                database.change(
                                        tx -> {
                                            insert(tx, "argo");
                                            insert(tx, "argo");
                                        }))
                .isInstanceOfSatisfying(
                        Conflict.class, conflict -> assertThat(conflict.of("once")).isTrue());
        assertThat(names()).isEmpty();
    }

    @Test
    void whatFollowsACommitRunsOnlyAfterOne() {
        List<String> ran = new ArrayList<>();
        database.change(
                tx -> {
                    tx.afterCommit(() -> ran.add(String.join(",", names())));
                    insert(tx, "argo");
                });
        assertThatThrownBy(
                        () ->
                                database.change(
                                        tx -> {
                                            tx.afterCommit(() -> ran.add("never"));
                                            throw new IllegalStateException();
                                        }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(ran).containsExactly("argo");
    }

    @Test
    void aReadCannotChange() {
        assertThatThrownBy(() -> database.read(tx -> tx.update("delete from boats")))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("read-only transaction");
    }

    @Test
    void bothSidesOfADeadlockFinish() throws Exception {
        database.change(
                tx -> {
                    insert(tx, "a");
                    insert(tx, "b");
                });
        CyclicBarrier bothHoldOne = new CyclicBarrier(2);
        AtomicInteger tries = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> both =
                    List.of(
                            threads.submit(() -> crossing("a", "b", bothHoldOne, tries)),
                            threads.submit(() -> crossing("b", "a", bothHoldOne, tries)));
            for (Future<?> one : both) {
                one.get();
            }
        }
        // At least one side was tried again; which, and how often, is the database's choice.
        assertThat(tries.get()).isGreaterThanOrEqualTo(3);
        assertThat(Counts.numbers(database, "select crew as n from boats")).containsExactly(2L, 2L);
    }

    private void crossing(String first, String second, CyclicBarrier barrier, AtomicInteger tries) {
        database.change(
                tx -> {
                    int attempt = tries.incrementAndGet();
                    tx.update("update boats set crew = crew + 1 where name = ?", first);
                    if (attempt <= 2) {
                        awaitQuietly(barrier);
                    }
                    tx.update("update boats set crew = crew + 1 where name = ?", second);
                });
    }

    private static void awaitQuietly(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aDatabaseThatIsAwayIsUnavailable() {
        assertThatThrownBy(
                        () ->
                                new Database(
                                                new DatabaseAddress(
                                                        "jdbc:postgresql://127.0.0.1:1/none",
                                                        "a",
                                                        "geheim"),
                                                1)
                                        .close())
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault -> {
                            assertThat(fault.kind()).isEqualTo(Kind.UNAVAILABLE);
                            assertThat(fault.message())
                                    .startsWith(
                                            "cannot reach the database at"
                                                    + " postgresql://127.0.0.1:1/none: ")
                                    .doesNotContain("geheim");
                        });
    }

    @Test
    void aConnectionThatIsCutIsUnavailableAndTheNextTransactionWorks() {
        assertThatThrownBy(
                        () ->
                                database.change(
                                        tx ->
                                                tx.update(
                                                        "select"
                                                            + " pg_terminate_backend(pg_backend_pid())")))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(Kind.UNAVAILABLE));
        assertThat(names()).isEmpty();
    }

    @Test
    void aTransactionWhoseServerStandsStillIsEndedByTheDatabase() {
        String limit =
                database.read(
                        tx ->
                                tx.one(
                                        """
                                        select current_setting(
                                            'idle_in_transaction_session_timeout') as after
                                        """,
                                        row -> row.text("after")));
        assertThat(limit).isEqualTo("15s");
        assertThatThrownBy(
                        () ->
                                database.change(
                                        tx -> {
                                            tx.update(
                                                    "set local idle_in_transaction_session_timeout"
                                                            + " = '50ms'");
                                            insert(tx, "adrift");
                                            long session =
                                                    tx.one(
                                                            "select pg_backend_pid() as n",
                                                            row -> row.number("n"));
                                            awaitEnd(session);
                                            insert(tx, "late");
                                        }))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(Kind.UNAVAILABLE));
        assertThat(names()).isEmpty();
    }

    private void awaitEnd(long session) {
        long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (Counts.number(
                        database,
                        "select count(*) as n from pg_stat_activity where pid = ?",
                        session)
                > 0) {
            assertThat(System.nanoTime()).isLessThan(until);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void aDatabaseThatDoesNotAnswerOrHasNoRoomIsUnavailable() {
        try (Database impatient = new Database(database.address(), 1, Duration.ofSeconds(1))) {
            assertThatThrownBy(() -> impatient.change(tx -> tx.update("select pg_sleep(600)")))
                    .matches(Database::isAway);
        }
        assertThatThrownBy(
                        () ->
                                database.change(
                                        tx ->
                                                tx.update(
                                                        """
                                                        do $$ begin raise exception 'no space left'
                                                        using errcode = 'disk_full'; end $$
                                                        """)))
                .matches(Database::isAway)
                .hasMessage("cannot write to the database: its disk is full: ERROR: no space left");
    }

    @Test
    void severalChangesGoInOneExchange() {
        database.change(
                tx -> {
                    tx.updateAll(
                            "insert into boats (name, crew) values (?, ?)",
                            List.of(new Object[] {"a", 1}, new Object[] {"b", 2}));
                });
        assertThat(names()).containsExactly("a", "b");
    }
}
