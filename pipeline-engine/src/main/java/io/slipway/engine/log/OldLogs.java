package io.slipway.engine.log;

import io.slipway.db.Database;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/// Takes the logs of attempts away that have ended long ago. From one moment on a log is one line
/// that says so; its chunks go after that, a hundred in each transaction, and its blob is the
/// sealer's to remove. Any number of servers may do so at once, and any may be killed.
public final class OldLogs {
    /// What is read in the place of such a log.
    public static final String GONE = "slipway: this log is no longer kept";

    private static final int MOST = 100;

    private static final String OLD =
            """
            select id from attempts
            where state = 'ended' and log_from = 0 and log_chunks > 0
                and ended_at < clock_timestamp() - ? * interval '1 millisecond'
            order by ended_at
            limit 100
            """;

    /// Logs that are not long go with their run's row.
    private static final String LONG_OF_RUN =
            """
            select a.id
            from jobs j
            join attempts a on a.job_id = j.id
            where j.run_id = ? and a.state = 'ended' and a.log_from = 0 and a.log_chunks > 100
            order by a.id
            """;

    private static final String LET_GO =
            """
            with let_go as (
                update attempts
                set log_from = log_chunks, log_chunks = log_chunks + 1, log_lines = 1,
                    log_open = false, log_left = true
                where id = ? and state = 'ended' and log_from = 0 and log_chunks > 0
                returning id, log_chunks
            ), lines as (
                update steps s set first_line = null, last_line = null
                from let_go l
                where s.attempt_id = l.id
            )
            insert into log_chunks
                (attempt_id, sequence, first_line, lines, source_end, bytes, size)
            select id, log_chunks, 1, 1, 0, ?, ? from let_go
            """;

    private static final String LEFT =
            "select id from attempts where log_left order by id limit 100";

    private static final String REMOVE_SOME =
            """
            delete from log_chunks
            where attempt_id = ? and sequence in (
                select c.sequence
                from log_chunks c
                join attempts a on a.id = c.attempt_id
                where c.attempt_id = ? and c.sequence <= a.log_from
                order by c.sequence
                limit 100)
            """;

    private final Database database;

    public OldLogs(Database database) {
        this.database = database;
    }

    /// Takes at most 100 logs away, now, oldest first, and what earlier calls have left.
    ///
    /// @param kept since their attempt's end
    /// @return how many
    public int removeSome(Duration kept) {
        List<Long> old =
                database.read(tx -> tx.query(OLD, row -> row.number("id"), kept.toMillis()));
        old.forEach(this::letGo);
        removeLeft();
        return old.size();
    }

    /// Takes the long logs of a run away that is about to be removed, so that its removal is short.
    public void removeLong(long run) {
        List<Long> found = database.read(tx -> tx.query(LONG_OF_RUN, row -> row.number("id"), run));
        found.forEach(this::letGo);
        found.forEach(this::removeChunks);
    }

    /// Removes what earlier calls have left, of a hundred logs.
    public void removeLeft() {
        database.read(tx -> tx.query(LEFT, row -> row.number("id"))).forEach(this::removeChunks);
    }

    private void letGo(long attempt) {
        byte[] line = (GONE + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] compressed = Compression.compress(line, 0, line.length);
        database.change(tx -> tx.update(LET_GO, attempt, compressed, line.length));
    }

    private void removeChunks(long attempt) {
        int removed = MOST;
        while (removed == MOST) {
            removed = database.transaction(tx -> tx.update(REMOVE_SOME, attempt, attempt));
        }
        database.change(
                tx -> tx.update("update attempts set log_left = false where id = ?", attempt));
    }
}
