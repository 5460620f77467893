package io.slipway.engine.queue;

import io.slipway.db.Database;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.JobWork;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Map;

/// Removes what ended attempts made, and notes it. What fails now is tried again by the sweeper.
final class Removals {
    private static final Logger log = LoggerFactory.getLogger(Removals.class);

    private final Database database;
    private final String instance;
    private final Map<JobKind, JobWork> work;

    /// An attempt that has ended.
    ///
    /// @param id of its row
    record Due(long id, AttemptName name, JobKind kind) {}

    Removals(Database database, String instance, Map<JobKind, JobWork> work) {
        this.database = database;
        this.instance = instance;
        this.work = work;
    }

    /// Removes what this attempt made; quiet about faults, since it is done again.
    void remove(Due due) {
        try {
            JobWork of = work.get(due.kind());
            if (of != null) {
                of.remove(due.name());
                done(due.id());
            }
        } catch (RuntimeException e) {
            log.warn("cannot remove what {} made; it is tried again", due.name(), e);
        }
    }

    private void done(long id) {
        database.change(
                tx -> {
                    tx.update(
                            """
                            update attempts set removed_at = clock_timestamp()
                            where id = ? and state = 'ended' and removed_at is null
                            """,
                            id);
                    Timings.removed(tx, id);
                    tx.notify("queue", "");
                });
    }

    /// Attempts that ended a while ago and of which something may be left.
    List<Due> due() {
        return database.read(
                tx ->
                        tx.query(
                                """
                                select a.id, a.job_id, a.number, j.kind
                                from attempts a
                                join jobs j on j.id = a.job_id
                                where a.removed_at is null and a.state = 'ended'
                                    and a.ended_at < clock_timestamp() - interval '5 seconds'
                                order by a.id
                                limit 200
                                """,
                                row ->
                                        new Due(
                                                row.number("id"),
                                                new AttemptName(
                                                        instance,
                                                        row.number("job_id"),
                                                        row.integer("number")),
                                                row.choice("kind", JobKind.class))));
    }
}
