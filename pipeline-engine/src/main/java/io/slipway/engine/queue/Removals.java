package io.slipway.engine.queue;

import io.slipway.db.Database;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.JobWork;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;

/// Removes what ended attempts made, and notes it. What fails now is tried again by the sweeper.
final class Removals {
    private static final Logger log = LoggerFactory.getLogger(Removals.class);

    private static final int MOST_DUE = 200;

    private final Database database;
    private final String instance;
    private final Map<JobKind, JobWork> work;

    /// What is gone and is not noted yet.
    private final ConcurrentLinkedQueue<Long> gone = new ConcurrentLinkedQueue<>();

    private final ReentrantLock writing = new ReentrantLock();

    /// Up to where it was looked for what may be left: what cannot be removed holds nothing else
    /// up.
    private long from;

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

    /// Many end at once: whoever comes first writes for those that come meanwhile, too.
    private void done(long id) {
        gone.add(id);
        while (!gone.isEmpty() && writing.tryLock()) {
            try {
                List<Long> all = new ArrayList<>();
                for (Long one = gone.poll(); one != null; one = gone.poll()) {
                    all.add(one);
                }
                if (!all.isEmpty()) {
                    write(all.toArray(Long[]::new));
                }
            } finally {
                writing.unlock();
            }
        }
    }

    private static final String GONE =
            """
            with removed as (
                update attempts
                set removed_at = n.at, timings = timings ||
            """
                    + Timings.REMOVED
                    + """
                        from (select clock_timestamp() as at) n
                        where id = any (?) and state = 'ended' and removed_at is null
                        returning job_id, number
                    )
                    select exists (
                        select 1
                        from removed r
                        join attempts a on a.job_id = r.job_id and a.number > r.number) as awaited
                    """;

    /// What waited for it may begin.
    private void write(Long[] ids) {
        database.change(
                tx -> {
                    if (tx.one(GONE, row -> row.flag("awaited"), (Object) ids)) {
                        tx.notify("queue", "");
                    }
                });
    }

    /// Attempts that ended a while ago and of which something may be left: some of them, in turn.
    List<Due> due() {
        List<Due> due = dueFrom(from);
        from = due.size() < MOST_DUE ? 0 : due.getLast().id();
        return due;
    }

    private List<Due> dueFrom(long id) {
        return database.read(
                tx ->
                        tx.query(
                                """
                                select a.id, a.job_id, a.number, j.kind
                                from attempts a
                                join jobs j on j.id = a.job_id
                                where a.removed_at is null and a.state = 'ended' and a.id > ?
                                    and a.ended_at < clock_timestamp() - interval '5 seconds'
                                order by a.id
                                limit ?
                                """,
                                row ->
                                        new Due(
                                                row.number("id"),
                                                new AttemptName(
                                                        instance,
                                                        row.number("job_id"),
                                                        row.integer("number")),
                                                row.choice("kind", JobKind.class)),
                                id,
                                MOST_DUE));
    }
}
