package io.slipway.engine.queue;

import io.slipway.db.Database;
import io.slipway.db.Signal;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.JobWork;
import io.slipway.fault.Rounds;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Every 10 s removes what ended attempts left, and what is in a runner and has no owner in the
/// database. Only this instance's: another's things are not even looked at.
public final class Sweeper implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Sweeper.class);
    private static final Duration EVERY = Duration.ofSeconds(10);

    private final Database database;
    private final String instance;
    private final Removals removals;
    private final List<Leftovers> sources;
    private final Signal signal = new Signal();
    private final Thread thread;
    private volatile boolean closed;

    /// @param sources where to look for what nobody owns
    public Sweeper(Database database, Map<JobKind, JobWork> work, List<Leftovers> sources) {
        this.database = database;
        this.instance =
                database.read(tx -> tx.one("select id from instance", row -> row.text("id")));
        this.removals = new Removals(database, instance, work);
        this.sources = List.copyOf(sources);
        this.thread = Thread.ofVirtual().name("sweeper").start(this::sweepInTurn);
    }

    private void sweepInTurn() {
        while (!closed) {
            Rounds.watched(log, "cannot sweep", this::sweep);
            signal.await(EVERY);
        }
    }

    /// Looks once, now.
    public void sweep() {
        removals.due().forEach(removals::remove);
        for (Leftovers source : sources) {
            Set<AttemptName> present = new HashSet<>(source.present());
            present.removeIf(name -> !name.instance().equals(instance));
            present.removeAll(owned(present));
            for (AttemptName name : present) {
                log.debug("{} has no owner and is removed", name);
                source.remove(name);
            }
        }
    }

    /// Those of them whose attempt has not ended, or is the next one of a job that waits and may be
    /// prepared. Read after what is present was: the row is there before anything is made for it.
    private Set<AttemptName> owned(Set<AttemptName> names) {
        Long[] jobs = names.stream().map(AttemptName::job).distinct().toArray(Long[]::new);
        return Set.copyOf(
                database.read(
                        tx ->
                                tx.query(
                                        """
                                        select job_id, number from attempts
                                        where job_id = any (?) and state <> 'ended'
                                        union all
                                        select id, latest_attempt + 1 from jobs
                                        where id = any (?) and state = 'waiting'
                                        """,
                                        row ->
                                                new AttemptName(
                                                        instance,
                                                        row.number("job_id"),
                                                        row.integer("number")),
                                        (Object) jobs,
                                        (Object) jobs)));
    }

    @Override
    public void close() {
        closed = true;
        signal.wake();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
