package io.slipway.engine.retention;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.engine.image.OldImages;
import io.slipway.engine.log.OldLogs;
import io.slipway.engine.source.Repositories;
import io.slipway.fault.Rounds;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Removes what nobody looks at any more, a little each minute, until it is closed: runs beyond the
/// newest of a project with their jobs, logs, rollouts and kept commits, logs that are older than
/// they are kept, credentials that ended, images with their bytes. A run stays as long as a release
/// that it made is live or may be rolled back to, and so does an image.
public final class Retention implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Retention.class);
    private static final Duration EACH = Duration.ofMinutes(1);
    private static final Duration TIDY_EACH = Duration.ofHours(6);
    private static final int BATCH = 50;

    /// The newest releases of an app in an environment, to which anybody may want to go back. Large
    /// repositories are packed in it.
    private static final Duration LONGEST = Duration.ofHours(1);

    private static final int RELEASES = OldImages.RELEASES;

    private static final String OLD =
            """
            select r.id, r.project_id, r.number
            from runs r
            join projects p on p.id = r.project_id
            where r.state = 'ended'
                and r.number <= p.latest_run - ?
                and not exists (
                    select 1 from jobs j join attempts a on a.job_id = j.id
                    where j.run_id = r.id and (a.state <> 'ended' or a.removed_at is null))
                and not exists (
                    select 1 from releases e join placements q on q.id = e.placement_id
                    where e.run_id = r.id
                        and (q.live_release = e.id
                            or e.number > (
                                select max(n.number) from releases n
                                where n.placement_id = q.id) - ?))
            order by r.id
            limit ?
            """;

    /// The same guard again: somebody may try it again just now.
    private static final String REMOVE = "delete from runs where id = ? and state = 'ended'";

    /// Those of people stay, revoked ones too: what was revoked must not come back.
    private static final String CREDENTIALS =
            """
            delete from tokens where id in (
                select id from tokens
                where label in ('pull', 'browser') and expires_at < now() - interval '1 day'
                order by id limit 1000)
            """;

    private final Database database;
    private final Repositories repositories;
    private final OldImages images;
    private final OldLogs oldLogs;
    private final int runs;
    private final @Nullable Duration logs;
    private final Map<Long, Long> tidied = new ConcurrentHashMap<>();
    private final Thread thread;

    /// @param runs how many of the newest are kept of each project
    /// @param logs how long logs are kept after their attempt's end; null: as long as their run
    public Retention(
            Database database,
            Repositories repositories,
            OldImages images,
            int runs,
            @Nullable Duration logs) {
        this.oldLogs = new OldLogs(database);
        this.logs = logs;
        this.database = database;
        this.repositories = repositories;
        this.images = images;
        this.runs = runs;
        this.thread = Thread.ofVirtual().name("retention").start(this::run);
    }

    private record Old(long id, long project, int number) {
        static Old from(Row row) {
            return new Old(row.number("id"), row.number("project_id"), row.integer("number"));
        }
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(EACH);
                Rounds.watched(log, "cannot remove what is old", LONGEST, this::look);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        removeSome();
        removeSomeLogs();
        OldImages.Removed removed = images.removeSome();
        if (removed.copies() + removed.images() + removed.blobs() > 0) {
            log.info(
                    "{} images are removed from the engine, {} from the registry with {} blobs",
                    removed.copies(),
                    removed.images(),
                    removed.blobs());
        }
    }

    /// Removes at most 50 runs, now.
    ///
    /// @return how many runs
    public int removeSome() {
        List<Old> found = database.read(tx -> tx.query(OLD, Old::from, runs, RELEASES, BATCH));
        Set<Long> projects = new HashSet<>();
        int removed = 0;
        for (Old old : found) {
            oldLogs.removeLong(old.id());
            if (database.transaction(tx -> tx.update(REMOVE, old.id())) == 1) {
                removed++;
                repositories.dropRun(old.project(), old.number());
                projects.add(old.project());
            }
        }
        projects.forEach(this::tidy);
        database.change(tx -> tx.update(CREDENTIALS));
        return removed;
    }

    /// Removes at most 100 logs, now.
    ///
    /// @return how many logs
    public int removeSomeLogs() {
        if (logs == null) {
            oldLogs.removeLeft();
            return 0;
        }
        return oldLogs.removeSome(logs);
    }

    /// Packing is slow: each repository has its turn once in six hours.
    private void tidy(long project) {
        long now = System.nanoTime();
        Long last = tidied.get(project);
        if (last == null || now - last > TIDY_EACH.toNanos()) {
            tidied.put(project, now);
            repositories.tidy(project);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
