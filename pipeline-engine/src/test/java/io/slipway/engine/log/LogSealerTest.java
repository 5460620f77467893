package io.slipway.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.blob.BlobStore;
import io.slipway.engine.blob.Digest;
import io.slipway.engine.blob.FolderBlobStore;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;

/// A sealed log reads as it did before, whatever happened while it was sealed.
@ExtendWith(DatabaseExtension.class)
final class LogSealerTest {
    private static final int LINES = 60_000;

    private final Database database;
    private final Notifications notifications;
    private final Path folder;
    private final Interrupted blobs;
    private final LogReader reader;
    private final LogScan scan;
    private final List<AutoCloseable> open = new ArrayList<>();

    LogSealerTest(Database database, Notifications notifications, @TempDir Path folder) {
        this.database = database;
        this.notifications = notifications;
        this.folder = folder;
        this.blobs = new Interrupted(new FolderBlobStore(folder));
        this.reader = new LogReader(database, notifications, blobs);
        this.scan = new LogScan(database, blobs);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
        database.change(tx -> tx.update("truncate projects cascade"));
        database.change(tx -> tx.update("truncate log_blobs, servers"));
    }

    /// The store, and what happens right after a blob is kept.
    private static final class Interrupted implements BlobStore {
        private final BlobStore store;
        private Runnable kept = () -> {};
        private boolean shared;
        private int reads;

        Interrupted(BlobStore store) {
            this.store = store;
        }

        @Override
        public boolean isShared() {
            return shared;
        }

        @Override
        public UUID begin() throws IOException {
            return store.begin();
        }

        @Override
        public OptionalLong uploaded(UUID upload) throws IOException {
            return store.uploaded(upload);
        }

        @Override
        public long append(UUID upload, long offset, InputStream bytes)
                throws IOException, WrongOffset {
            return store.append(upload, offset, bytes);
        }

        @Override
        public Kept finish(UUID upload, Optional<Digest> expected) throws IOException, WrongDigest {
            Kept result = store.finish(upload, expected);
            kept.run();
            return result;
        }

        @Override
        public void discard(UUID upload) throws IOException {
            store.discard(upload);
        }

        @Override
        public int sweep(Duration untouched) throws IOException {
            return store.sweep(untouched);
        }

        @Override
        public OptionalLong size(Digest digest) throws IOException {
            return store.size(digest);
        }

        @Override
        public InputStream read(Digest digest, long offset, long length) throws IOException {
            reads++;
            return store.read(digest, offset, length);
        }

        @Override
        public void remove(Digest digest) throws IOException {
            store.remove(digest);
        }
    }

    private LogSealer sealer() {
        return sealer(UUID.randomUUID());
    }

    private LogSealer sealer(UUID server) {
        LogSealer sealer = new LogSealer(database, blobs, server);
        open.add(sealer);
        return sealer;
    }

    private static String line(int number) {
        return "line " + number + " of a log that is long enough\n";
    }

    /// An attempt with many chunks of many sizes.
    private long written(int lines) {
        long attempt = RunningAttempt.make(database);
        try (AttemptLog log =
                new AttemptLog(
                        database,
                        new LogOwner(attempt, 1, () -> new IllegalStateException("lost")),
                        LogPosition.START)) {
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

    private long ended(int lines) {
        long attempt = written(lines);
        database.change(
                tx ->
                        tx.update(
                                "update attempts set state = 'ended', outcome = 'succeeded'"
                                        + " where id = ?",
                                attempt));
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

    private long files() {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aSealedLogReadsAsBefore() {
        long attempt = ended(LINES);
        String before = whole(attempt);
        List<String> blocks = new ArrayList<>();
        for (int from = 1; from < LINES; from += 7777) {
            blocks.add(new String(reader.lines(attempt, from, 200).text(), StandardCharsets.UTF_8));
        }
        sealer().look();

        assertThat(rows(attempt)).isZero();
        assertThat(files()).isEqualTo(1);
        assertThat(whole(attempt)).isEqualTo(before);
        int at = 0;
        for (int from = 1; from < LINES; from += 7777) {
            LogReader.Block block = reader.lines(attempt, from, 200);
            assertThat(new String(block.text(), StandardCharsets.UTF_8))
                    .isEqualTo(blocks.get(at++));
            assertThat(block.first()).isEqualTo(from);
            assertThat(block.total()).isEqualTo(LINES);
        }
        assertThat(reader.size(attempt).lines()).isEqualTo(LINES);
        List<Long> found = new ArrayList<>();
        scan.over(
                attempt,
                (number, bytes, start, end) -> {
                    String text = new String(bytes, start, end - start, StandardCharsets.UTF_8);
                    if (text.startsWith("line 4321 ") || text.startsWith("line 59999 ")) {
                        found.add(number);
                    }
                    return true;
                });
        assertThat(found).containsExactly(4321L, 59_999L);
    }

    @Test
    void theIndexIsNotReadAgainForEachChunk() {
        long attempt = ended(LINES);
        long chunks = rows(attempt);
        sealer().look();
        blobs.reads = 0;

        whole(attempt);

        long pieces = chunks / 16 + 2;
        assertThat(blobs.reads).isLessThanOrEqualTo((int) (chunks + pieces));
    }

    @Test
    void whoReadsWhileItIsSealedReadsOn() {
        long attempt = ended(LINES);
        StringBuilder text = new StringBuilder();
        try (LogReader.Follower follower = reader.follow(attempt, 0)) {
            LogReader.Piece piece = follower.next(Duration.ZERO);
            text.append(new String(piece.text(), StandardCharsets.UTF_8));
            sealer().look();
            assertThat(piece.ended()).isFalse();
            while (!piece.ended()) {
                piece = follower.next(Duration.ZERO);
                text.append(new String(piece.text(), StandardCharsets.UTF_8));
            }
        }
        assertThat(text.toString()).isEqualTo(whole(attempt));
        assertThat(text.toString()).hasLineCount(LINES);
    }

    @Test
    void aCopyThatHasReadTheIndexOfRowsReadsTheirBytesFromTheBlob() {
        long attempt = ended(LINES);
        String before = whole(attempt);
        LogSealer sealer = sealer();
        ByteArrayOutputStream out =
                new ByteArrayOutputStream() {
                    @Override
                    public synchronized void write(byte[] bytes, int offset, int length) {
                        sealer.look();
                        super.write(bytes, offset, length);
                    }
                };
        reader.copy(attempt, out);
        assertThat(rows(attempt)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(before);
    }

    @Test
    void whatWasKeptBeforeAKillIsKeptOnce() {
        long attempt = ended(LINES);
        String before = whole(attempt);
        blobs.kept =
                () -> {
                    throw new Fault(Fault.Kind.UNAVAILABLE, "killed", "start again");
                };
        sealer().look();
        assertThat(files()).isEqualTo(1);
        assertThat(rows(attempt)).isPositive();
        assertThat(whole(attempt)).isEqualTo(before);

        blobs.kept = () -> {};
        sealer().look();
        assertThat(files()).isEqualTo(1);
        assertThat(rows(attempt)).isZero();
        assertThat(whole(attempt)).isEqualTo(before);
    }

    @Test
    void rowsThatAreLeftAfterAKillAreRemovedLater() {
        long attempt = ended(LINES);
        sealer().look();
        String before = whole(attempt);
        database.change(
                tx -> {
                    tx.update("update log_blobs set rows_removed = false");
                    tx.update(
                            "insert into log_chunks (attempt_id, sequence, first_line, lines,"
                                    + " source_end, bytes, size) values (?, 3, 1, 1, 1, '', 0)",
                            attempt);
                });
        assertThat(whole(attempt)).isEqualTo(before);
        sealer().look();
        assertThat(rows(attempt)).isZero();
        assertThat(whole(attempt)).isEqualTo(before);
    }

    @Test
    void nothingIsRemovedWhoseBlobIsNotHere() throws IOException {
        long attempt = ended(LINES);
        blobs.kept = () -> remove(folder.resolve("sha256"));
        sealer().look();
        assertThat(rows(attempt)).isPositive();
        assertThatThrownBy(() -> whole(attempt))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("its file is not in this server's folder of logs");
    }

    private static void remove(Path below) {
        try (Stream<Path> all = Files.walk(below)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aLogWhoseRunIsRemovedMeanwhileLeavesNothing() {
        ended(LINES);
        blobs.kept = () -> database.change(tx -> tx.update("delete from runs"));
        sealer().look();
        assertThat(files()).isZero();
        assertThat(Counts.number(database, "select count(*) as n from log_blobs")).isZero();
    }

    @Test
    void aLogThatIsAnotherByNowIsNotSealed() {
        for (String change :
                List.of(
                        "update attempts set state = 'running', outcome = null where id = ?",
                        "update attempts set fence = fence + 1 where id = ?",
                        "update attempts set log_chunks = log_chunks + 1 where id = ?")) {
            long attempt = ended(LINES / 2);
            blobs.kept = () -> database.change(tx -> tx.update(change, attempt));
            sealer().look();
            assertThat(Counts.number(database, "select count(*) as n from log_blobs"))
                    .as(change)
                    .isZero();
            assertThat(files()).as(change).isZero();
            assertThat(rows(attempt)).isPositive();
            database.change(tx -> tx.update("delete from runs"));
        }
    }

    @Test
    void theBlobGoesWithItsRun() {
        ended(LINES);
        ended(LINES);
        sealer().look();
        assertThat(files()).isEqualTo(2);
        database.change(tx -> tx.update("delete from runs where id = (select min(id) from runs)"));
        sealer().look();
        assertThat(files()).isEqualTo(1);
        assertThat(Counts.number(database, "select count(*) as n from log_blobs")).isEqualTo(1);
    }

    @Test
    void onlyLongLogsOfWhatHasEndedAreSealedAndNoneWhileSeveralServersShareTheDatabase() {
        long running = written(LINES);
        long small = ended(1000);
        database.change(
                tx ->
                        tx.update(
                                "insert into servers (id, version) values (gen_random_uuid(), '1'),"
                                        + " (gen_random_uuid(), '1')"));
        long attempt = ended(LINES);
        sealer().look();
        assertThat(files()).isZero();
        database.change(tx -> tx.update("delete from servers"));
        sealer().look();
        assertThat(files()).isEqualTo(1);
        assertThat(rows(attempt)).isZero();
        assertThat(rows(small)).isPositive();
        assertThat(rows(running)).isPositive();
    }

    @Test
    void ofServersThatShareTheStoreOneSeals() {
        UUID first = new UUID(1, 1);
        UUID second = new UUID(2, 2);
        blobs.shared = true;
        database.change(
                tx ->
                        tx.update(
                                "insert into servers (id, version) values (?, '1'), (?, '1')",
                                first,
                                second));
        long attempt = ended(LINES);
        sealer(second).look();
        assertThat(files()).as("it is the other one's turn").isZero();
        sealer(first).look();
        assertThat(files()).isEqualTo(1);
        assertThat(rows(attempt)).isZero();

        database.change(
                tx ->
                        tx.update(
                                "update servers set seen_at = now() - interval '2 minutes'"
                                        + " where id = ?",
                                first));
        ended(LINES);
        sealer(second).look();
        assertThat(files()).as("the other one is gone").isEqualTo(2);
    }

    @Test
    void twoServersThatSealTheSameLogAtOnceKeepItOnce() {
        long attempt = ended(LINES);
        String before = whole(attempt);
        UUID other = UUID.randomUUID();
        blobs.kept =
                () -> {
                    blobs.kept = () -> {};
                    sealer(other).look();
                };
        sealer().look();
        assertThat(files()).isEqualTo(1);
        assertThat(whole(attempt)).isEqualTo(before);
    }
}
