package io.slipway.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.fault.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;

final class EmbeddedDatabaseTest {
    @TempDir Path folder;

    private EmbeddedDatabase start() {
        return EmbeddedDatabase.start(folder.resolve("postgres"), EmbeddedDatabase.defaultCache());
    }

    private Postmaster postmaster() {
        return Postmaster.read(folder.resolve("postgres/data")).orElseThrow();
    }

    @AfterEach
    void stopWhatRuns() {
        if (Postmaster.read(folder.resolve("postgres/data")).isPresent()) {
            start().stop();
        }
    }

    private static String setting(Database database, String name) {
        return database.read(
                tx -> tx.one("select current_setting(?) as s", row -> row.text("s"), name));
    }

    @Test
    void whatIsCommittedSurvivesStopAndKillAndTheNextStartAttaches() throws Exception {
        EmbeddedDatabase first = start();
        long pid = postmaster().pid();
        try (Database database = new Database(first.address(), 2)) {
            database.change(
                    tx -> {
                        tx.update("create table kept (n int8)");
                        tx.update("insert into kept values (1)");
                    });
            for (String on : List.of("fsync", "synchronous_commit", "full_page_writes")) {
                assertThat(setting(database, on)).isEqualTo("on");
            }
            assertThat(setting(database, "listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(setting(database, "data_checksums")).isEqualTo("on");
        }

        // A server that was killed never called stop: the next one finds the same PostgreSQL.
        EmbeddedDatabase second = start();
        assertThat(postmaster().pid()).isEqualTo(pid);
        assertThat(second.address()).isEqualTo(first.address());

        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        await().until(() -> ProcessHandle.of(pid).isEmpty());
        EmbeddedDatabase third = start();
        try (Database database = new Database(third.address(), 1)) {
            assertThat(Counts.number(database, "select n from kept")).isEqualTo(1);
        }
        third.stop();
        third.stop();
        assertThat(Postmaster.read(folder.resolve("postgres/data"))).isEmpty();
    }

    @Test
    void oneThatIsKilledIsStartedAgainAtItsPlaceAndOneThatIsStoppedIsNot() throws Exception {
        EmbeddedDatabase running = start();
        long pid = postmaster().pid();
        try (Database database = new Database(running.address(), 1);
                AutoCloseable keeper = running.keep()) {
            assertThat(keeper).isNotNull();
            database.change(tx -> tx.update("create table kept (n int8)"));
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            await().atMost(Duration.ofMinutes(1))
                    .ignoreExceptions()
                    .until(() -> Counts.number(database, "select count(*) as n from kept") == 0);
            assertThat(postmaster().pid()).isNotEqualTo(pid);
            running.stop();
        }
        assertThat(EmbeddedDatabase.runsIn(folder.resolve("postgres"))).isFalse();
    }

    @Test
    void itTakesNobodyWithoutItsPasswordAndSitsInASessionOfItsOwn() throws Exception {
        EmbeddedDatabase running = start();
        Path password = folder.resolve("postgres/password");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(password)))
                .isEqualTo("rw-------");
        DatabaseAddress right = running.address();
        assertThat(right.toString()).doesNotContain(right.password());
        assertThatThrownBy(
                        () ->
                                new Database(
                                                new DatabaseAddress(
                                                        right.url(), right.user(), "wrong"),
                                                1)
                                        .close())
                .isInstanceOf(Fault.class)
                .hasMessageContaining("password authentication failed");
        assertThat(session(postmaster().pid()))
                .isNotEqualTo(session(ProcessHandle.current().pid()));
        running.stop();
    }

    @Test
    void aPidFileOfAnotherProgramDoesNotHinderTheStart() throws Exception {
        start().stop();
        Files.writeString(
                folder.resolve("postgres/data/postmaster.pid"),
                ProcessHandle.current().pid() + "\n/nowhere\n0\n1\n");
        EmbeddedDatabase again = start();
        assertThat(postmaster().pid()).isNotEqualTo(ProcessHandle.current().pid());
        again.stop();
    }

    /// What a killed container leaves: in the next one the number is a process that is neither
    /// PostgreSQL nor above it.
    @Test
    void aPidFileWhoseNumberIsAnotherProgramsByNowDoesNotHinderTheStart() throws Exception {
        start().stop();
        Process other = new ProcessBuilder("sleep", "600").start();
        try {
            Files.writeString(
                    folder.resolve("postgres/data/postmaster.pid"),
                    other.pid() + "\n/nowhere\n0\n1\n");
            EmbeddedDatabase again = start();
            assertThat(postmaster().pid()).isNotEqualTo(other.pid());
            assertThat(other.isAlive()).isTrue();
            again.stop();
        } finally {
            other.destroy();
        }
    }

    @Test
    void oneThatIsDisposableIsMadeAnewWhenItDoesNotStart() throws Exception {
        Path own = folder.resolve("postgres");
        EmbeddedDatabase first =
                EmbeddedDatabase.startDisposable(own, EmbeddedDatabase.defaultCache());
        try (Database database = new Database(first.address(), 1)) {
            assertThat(setting(database, "fsync")).isEqualTo("off");
            database.change(tx -> tx.update("create table kept (n int8)"));
        }
        first.stop();
        Files.writeString(own.resolve("data/global/pg_control"), "broken");

        EmbeddedDatabase again =
                EmbeddedDatabase.startDisposable(own, EmbeddedDatabase.defaultCache());
        try (Database database = new Database(again.address(), 1)) {
            database.change(tx -> tx.update("create table kept (n int8)"));
        }
        again.stop();
    }

    /// The session id is the sixth field of `/proc/PID/stat`; a terminal's Ctrl-C stays in one.
    private static String session(long pid) throws Exception {
        if (!Files.exists(Path.of("/proc/self/stat"))) {
            return String.valueOf(pid);
        }
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[3];
    }
}
