package io.slipway.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.blob.FolderBlobStore;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/// Logs that are no longer kept, in rows and in blobs.
@ExtendWith(DatabaseExtension.class)
final class OldLogsTest {
    private static final int LINES = 60_000;

    private final Database database;
    private final Path folder;
    private final FolderBlobStore blobs;
    private final LogReader reader;

    OldLogsTest(Database database, Notifications notifications, @TempDir Path folder) {
        this.database = database;
        this.folder = folder;
        this.blobs = new FolderBlobStore(folder);
        this.reader = new LogReader(database, notifications, blobs);
    }

    @AfterEach
    void clean() {
        database.change(tx -> tx.update("truncate projects cascade"));
        database.change(tx -> tx.update("truncate log_blobs, servers"));
    }

    private void seal() {
        try (LogSealer sealer = new LogSealer(database, blobs, UUID.randomUUID())) {
            sealer.look();
        }
    }

    private static String line(int number) {
        return "line " + number + " of a log that is long enough\n";
    }

    private long written(int lines) {
        long attempt = RunningAttempt.make(database);
        LogOwner owner = new LogOwner(attempt, 1, () -> new IllegalStateException("lost"));
        try (AttemptLog log = new AttemptLog(database, owner, LogPosition.START)) {
            long end = 0;
            for (int i = 1; i <= lines; i++) {
                byte[] bytes = line(i).getBytes(StandardCharsets.UTF_8);
                end += bytes.length;
                log.append(bytes, 0, bytes.length, end);
                if (i % 1000 == 999) {
                    log.flush();
                }
            }
            log.flush();
        }
        return attempt;
    }

    private void end(long attempt) {
        database.change(
                tx ->
                        tx.update(
                                "update attempts set state = 'ended', outcome = 'succeeded'"
                                        + " where id = ?",
                                attempt));
    }

    private long ended(int lines) {
        long attempt = written(lines);
        end(attempt);
        return attempt;
    }

    private String whole(long attempt) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        reader.copy(attempt, out);
        return out.toString(StandardCharsets.UTF_8);
    }

    private long rows(long attempt) {
        return Counts.number(
                database, "select count(*) as n from log_chunks where attempt_id = ?", attempt);
    }

    private long files() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).count();
        }
    }

    private void ago(long attempt, String time) {
        database.change(
                tx ->
                        tx.update(
                                "update attempts set ended_at = now() - ?::interval where id = ?",
                                time,
                                attempt));
    }

    @Test
    void aLogThatIsNoLongerKeptIsOneLineAndItsBlobAndRowsGo() throws Exception {
        long sealed = ended(LINES);
        long inRows = written(LINES);
        seal();
        end(inRows);
        long young = ended(1000);
        long running = written(1000);
        ago(sealed, "31 days");
        ago(inRows, "40 days");
        ago(young, "29 days");
        OldLogs old = new OldLogs(database);
        assertThat(old.removeSome(Duration.ofDays(30))).isEqualTo(2);
        for (long attempt : List.of(sealed, inRows)) {
            assertThat(whole(attempt)).isEqualTo(OldLogs.GONE + "\n");
            assertThat(reader.textSize(attempt)).isEqualTo(OldLogs.GONE.length() + 1);
            assertThat(reader.size(attempt).lines()).isEqualTo(1);
            assertThat(new String(reader.lines(attempt, 1, 10).text(), StandardCharsets.UTF_8))
                    .isEqualTo(OldLogs.GONE + "\n");
            assertThat(rows(attempt)).isEqualTo(1);
        }
        assertThat(whole(young)).startsWith(line(1));
        assertThat(whole(running)).startsWith(line(1));
        assertThat(files()).isEqualTo(1);
        seal();
        assertThat(files()).isZero();
        assertThat(old.removeSome(Duration.ofDays(30))).isZero();
    }

    @Test
    void chunksThatAKilledServerLeftGoAtTheNextLookAndAreNotRead() {
        long attempt = ended(LINES);
        long rows = rows(attempt);
        new OldLogs(database).removeLong(runOf(attempt));
        assertThat(rows(attempt)).as("it is not long").isEqualTo(rows);
        database.change(
                tx ->
                        tx.update(
                                """
                                update attempts
                                set log_from = log_chunks - 1, log_left = true
                                where id = ?
                                """,
                                attempt));
        assertThat(whole(attempt)).doesNotContain(line(1));
        new OldLogs(database).removeLeft();
        assertThat(rows(attempt)).isEqualTo(1);
    }

    @Test
    void theLongLogOfARunThatGoesIsRemovedBeforeIt() {
        long attempt = written(3_000);
        database.change(
                tx ->
                        tx.update(
                                """
                                insert into log_chunks
                                    (attempt_id, sequence, first_line, lines, source_end, bytes, size)
                                select ?, n, 1, 0, 0, '', 0
                                from generate_series(1000, 1250) n
                                """,
                                attempt));
        database.change(
                tx ->
                        tx.update(
                                "update attempts set state = 'ended', outcome = 'succeeded',"
                                        + " log_chunks = 1250 where id = ?",
                                attempt));
        new OldLogs(database).removeLong(runOf(attempt));
        assertThat(rows(attempt)).isEqualTo(1);
        assertThat(Counts.number(database, "select count(*) as n from attempts where log_left"))
                .isZero();
    }

    private long runOf(long attempt) {
        return Counts.number(
                database,
                "select j.run_id as n from attempts a join jobs j on j.id = a.job_id"
                        + " where a.id = ?",
                attempt);
    }
}
