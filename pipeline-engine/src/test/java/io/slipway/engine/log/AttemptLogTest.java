package io.slipway.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/// What is written is what is read, by line, as a whole and live, and only the newest fence writes.
@ExtendWith(DatabaseExtension.class)
final class AttemptLogTest {
    private final Database database;
    private final LogReader reader;

    AttemptLogTest(Database database, Notifications notifications) {
        this.database = database;
        this.reader = new LogReader(database, notifications);
    }

    private long attempt() {
        return RunningAttempt.make(database);
    }

    private AttemptLog log(long attempt, long fence, LogPosition from) {
        return new AttemptLog(
                database,
                new LogOwner(attempt, fence, () -> new IllegalStateException("lost")),
                from);
    }

    private static void append(LogWriter log, String text, long sourceEnd) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        log.append(bytes, 0, bytes.length, sourceEnd);
    }

    private String whole(long attempt) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        reader.copy(attempt, out);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void anyBlockOfLinesIsWhatWasWritten() {
        Random random = new Random(4);
        long attempt = attempt();
        StringBuilder written = new StringBuilder();
        try (AttemptLog log = log(attempt, 1, LogPosition.START)) {
            for (int i = 0; i < 300; i++) {
                StringBuilder piece = new StringBuilder();
                for (int n = random.nextInt(40); n > 0; n--) {
                    piece.append(random.nextInt(6) == 0 ? '\n' : (char) ('a' + random.nextInt(26)));
                }
                append(log, piece.toString(), i + 1);
                written.append(piece);
                if (random.nextInt(4) == 0) {
                    log.flush();
                }
            }
            log.flush();
        }
        String[] lines = written.toString().split("(?<=\n)");
        for (int from = 1; from <= lines.length; from += 7) {
            for (int count : new int[] {1, 2, 13, 1000}) {
                LogReader.Block block = reader.lines(attempt, from, count);
                String expected = "";
                for (int i = from; i < from + count && i <= lines.length; i++) {
                    expected += lines[i - 1];
                }
                assertThat(new String(block.text(), StandardCharsets.UTF_8)).isEqualTo(expected);
                assertThat(block.first()).isEqualTo(from);
                assertThat(block.total()).isEqualTo(lines.length);
            }
        }
        assertThat(reader.lines(attempt, lines.length + 1L, 5).text()).isEmpty();
        assertThat(whole(attempt)).isEqualTo(written.toString());
    }

    @Test
    void whatIsAppendedIsVisibleWithoutAFlush() {
        long attempt = attempt();
        try (AttemptLog log = log(attempt, 1, LogPosition.START)) {
            append(log, "hello", 5);
            await().atMost(Duration.ofSeconds(30)).until(() -> whole(attempt).equals("hello"));
            assertThat(log.sourceEnd()).isEqualTo(5);
        }
    }

    @Test
    void aLineOfSlipwaysOwnStandsByItselfAndTakesNoSourceBytes() {
        long attempt = attempt();
        try (AttemptLog log = log(attempt, 1, LogPosition.START)) {
            append(log, "no break", 8);
            log.line("own");
            append(log, "more\n", 13);
            log.flush();
            assertThat(log.sourceEnd()).isEqualTo(13);
            assertThat(log.nextLine()).isEqualTo(4);
        }
        assertThat(whole(attempt)).isEqualTo("no break\nown\nmore\n");
    }

    @Test
    void anOlderFenceIsRefusedAndChangesNothing() {
        long attempt = attempt();
        try (AttemptLog old = log(attempt, 1, LogPosition.START)) {
            append(old, "first\n", 6);
            old.flush();
            database.change(tx -> tx.update("update attempts set fence = 2 where id = ?", attempt));
            append(old, "stale\n", 12);
            assertThatThrownBy(old::flush).hasMessage("lost");
            assertThatThrownBy(() -> append(old, "more\n", 20)).hasMessage("lost");
        }
        try (AttemptLog log = log(attempt, 2, new LogPosition(1, 1, 6, 6, false, 0))) {
            append(log, "second\n", 13);
            log.flush();
        }
        assertThat(whole(attempt)).isEqualTo("first\nsecond\n");
    }

    @Test
    void whatIsDoneAlongsideIsStoredWithTheBytesOrNotAtAll() {
        long attempt = attempt();
        try (AttemptLog log = log(attempt, 1, LogPosition.START)) {
            // What fails comes first: the writer may store what there is at any moment.
            log.alongside(tx -> tx.update("insert into steps (attempt_id) values (null)"));
            log.alongside(
                    tx ->
                            tx.update(
                                    "insert into steps (attempt_id, position, name)"
                                            + " values (?, 0, 'x')",
                                    attempt));
            append(log, "bytes\n", 6);
            assertThatThrownBy(log::flush).isInstanceOf(RuntimeException.class);
        }
        assertThat(whole(attempt)).isEmpty();
        assertThat(
                        Counts.number(
                                database,
                                "select count(*) as n from steps where attempt_id = ?",
                                attempt))
                .isZero();
    }

    @Test
    void aVeryLongLogKeepsItsHeadAndItsTailAndSaysWhatIsBetween() {
        long attempt = attempt();
        String line = "0123456789abcdef0123456789abcdef0123456789abcdef01234567 ";
        int lines = 1_600_000;
        try (AttemptLog log = log(attempt, 1, LogPosition.START)) {
            StringBuilder piece = new StringBuilder();
            long end = 0;
            for (int i = 1; i <= lines; i++) {
                piece.append(line).append("%07d\n".formatted(i));
                if (piece.length() > 60_000 || i == lines) {
                    end += piece.length();
                    append(log, piece.toString(), end);
                    piece.setLength(0);
                }
            }
            log.flush();
        }
        long kept =
                Counts.number(
                        database,
                        "select sum(size) as n from log_chunks where attempt_id = ?",
                        attempt);
        assertThat(kept).isBetween(LogStore.HEAD + LogStore.TAIL, (68L << 20));
        assertThat(text(attempt, 1)).isEqualTo(line + "0000001\n");
        assertThat(text(attempt, 700_000)).isEqualTo(line + "0700000\n");
        assertThat(text(attempt, lines)).isEqualTo(line + "1600000\n");
        LogReader.Block between = reader.lines(attempt, 900_000, 3);
        assertThat(between.text()).isEmpty();
        assertThat(between.total()).isEqualTo(lines);
        String whole = whole(attempt);
        assertThat(whole).containsPattern("\\[slipway: lines \\d+ to \\d+ are not kept");
        assertThat(whole).endsWith("1600000\n");
    }

    /// Two steps that print too much beside one that prints a line, written by one server after
    /// another.
    @Test
    void eachStepKeepsItsOwnHeadAndTail() throws Exception {
        long attempt = attempt();
        String line = "0123456789abcdef0123456789abcdef0123456789abcdef01234567 ";
        int each = 1_300_000;
        long[] at = {0, 0};
        try (AttemptLog log = log(attempt, 1, LogPosition.START)) {
            print(log, line, 600_000, at);
            log.flush();
        }
        try (AttemptLog log = log(attempt, 1, position(attempt))) {
            print(log, line, each - 600_000, at);
            log.part();
            print(log, line, 1, at);
            log.flush();
        }
        try (AttemptLog log = log(attempt, 1, position(attempt))) {
            log.part();
            print(log, line, each, at);
            log.flush();
        }
        database.change(
                tx ->
                        tx.update(
                                "update attempts set state = 'ended', outcome = 'succeeded' where"
                                        + " id = ?",
                                attempt));

        assertThat(text(attempt, 1)).isEqualTo(line + "0000001\n");
        assertThat(text(attempt, each)).isEqualTo(line + "1300000\n");
        assertThat(text(attempt, each + 1)).isEqualTo(line + "1300001\n");
        assertThat(text(attempt, each + 2)).isEqualTo(line + "1300002\n");
        assertThat(text(attempt, 2 * each + 1)).isEqualTo(line + "2600001\n");
        assertThat(reader.lines(attempt, 900_000, 1).text()).isEmpty();
        assertThat(reader.lines(attempt, 900_000 + each, 1).text()).isEmpty();
        assertThat(whole(attempt).lines().filter(found -> found.startsWith("[slipway: lines ")))
                .hasSize(2);
        long kept =
                Counts.number(
                        database,
                        "select sum(size) as n from log_chunks where attempt_id = ?",
                        attempt);
        assertThat(kept).isBetween(2 * (LogStore.HEAD + LogStore.TAIL), 2 * (68L << 20));
        try (LogReader.Follower follower = reader.follow(attempt, 0)) {
            LogReader.Piece piece = follower.next(Duration.ofSeconds(1));
            while (!piece.ended()) {
                if (piece.text().length > 0) {
                    String first = new String(piece.text(), StandardCharsets.UTF_8);
                    int number =
                            Integer.parseInt(
                                    first.lines()
                                            .skip(1)
                                            .findFirst()
                                            .orElse(first.lines().findFirst().orElseThrow())
                                            .substring(line.length())
                                            .strip());
                    assertThat(number - piece.firstLine()).isBetween(0L, 1L);
                }
                piece = follower.next(Duration.ofSeconds(1));
            }
        }
    }

    /// The steps before are rows whose sizes count, without their bytes.
    @Test
    void aLogOfManyStepsKeepsTheBeginningAndTheEndOfTheWhole() {
        long attempt = attempt();
        int each = 4 << 20;
        int chunks = 100;
        database.change(
                tx -> {
                    tx.update(
                            """
                            insert into log_chunks
                                (attempt_id, sequence, first_line, lines, source_end, bytes, size, part)
                            select ?, n, n, 1, n, '', ?, n / 10 from generate_series(1, ?) n
                            """,
                            attempt,
                            each,
                            chunks);
                    tx.update(
                            """
                            update attempts set log_chunks = ?, log_lines = ?, log_bytes = ?,
                                log_source = ?, log_part = 10 where id = ?
                            """,
                            chunks,
                            chunks,
                            (long) each * chunks,
                            chunks,
                            attempt);
                });

        try (AttemptLog log = log(attempt, 1, position(attempt))) {
            append(log, "the end\n", chunks + 1);
            log.flush();
        }

        List<Integer> kept =
                database.read(
                        tx ->
                                tx.query(
                                        """
                                        select sequence from log_chunks where attempt_id = ?
                                        order by sequence
                                        """,
                                        row -> row.integer("sequence"),
                                        attempt));
        // 48 chunks are 192 MiB; the end is 16 of them and the one that was just written.
        assertThat(kept).hasSize(48 + 16 + 1).startsWith(1, 2, 3).endsWith(99, 100, 101);
        assertThat(kept).contains(48, 85).doesNotContain(49, 84);
        assertThat(position(attempt).lines()).isEqualTo(chunks + 1);
        assertThat(reader.lines(attempt, 60, 1).text()).isEmpty();
    }

    /// @param at lines and bytes so far
    private static void print(LogWriter log, String line, int lines, long[] at) {
        StringBuilder piece = new StringBuilder();
        for (int i = 1; i <= lines; i++) {
            at[0]++;
            piece.append(line).append("%07d\n".formatted(at[0]));
            if (piece.length() > 60_000 || i == lines) {
                at[1] += piece.length();
                append(log, piece.toString(), at[1]);
                piece.setLength(0);
            }
        }
    }

    private LogPosition position(long attempt) {
        return database.read(
                tx ->
                        tx.one(
                                """
                                select log_chunks, log_lines, log_bytes, log_source, log_open, log_part
                                from attempts where id = ?
                                """,
                                row ->
                                        new LogPosition(
                                                row.integer("log_chunks"),
                                                row.number("log_lines"),
                                                row.number("log_bytes"),
                                                row.number("log_source"),
                                                row.flag("log_open"),
                                                row.integer("log_part")),
                                attempt));
    }

    private String text(long attempt, long line) {
        return new String(reader.lines(attempt, line, 1).text(), StandardCharsets.UTF_8);
    }

    @Test
    void aFollowerGetsEveryByteOnceAndTheEnd() throws Exception {
        long attempt = attempt();
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        Thread follower =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try (LogReader.Follower follow = reader.follow(attempt, 0)) {
                                        boolean ended = false;
                                        while (!ended) {
                                            LogReader.Piece piece =
                                                    follow.next(Duration.ofSeconds(1));
                                            seen.writeBytes(piece.text());
                                            ended = piece.ended();
                                        }
                                    }
                                });
        StringBuilder written = new StringBuilder();
        try (AttemptLog log = log(attempt, 1, LogPosition.START)) {
            for (int i = 0; i < 50; i++) {
                append(log, "line " + i + "\n", i + 1);
                written.append("line ").append(i).append('\n');
                if (i % 10 == 0) {
                    log.flush();
                }
            }
            log.flush();
        }
        database.change(
                tx -> {
                    tx.update(
                            "update attempts set state = 'ended', outcome = 'succeeded'"
                                    + " where id = ?",
                            attempt);
                    tx.notify("log", Long.toString(attempt));
                });
        assertThat(follower.join(Duration.ofSeconds(10))).isTrue();
        assertThat(seen.toString(StandardCharsets.UTF_8)).isEqualTo(written.toString());
    }
}
