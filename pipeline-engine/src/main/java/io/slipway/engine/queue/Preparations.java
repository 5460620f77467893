package io.slipway.engine.queue;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.engine.asking.Trusting;
import io.slipway.engine.plan.JobSpec;
import io.slipway.engine.plan.JobSpecs;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.JobWork;
import io.slipway.fault.Fault;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/// Has made early what jobs will need that wait for others or for room, so that at their turn only
/// the last metre is left. Of no job that can begin at once: it would only be in the way.
///
/// Nothing depends on it. Each server does it for itself and keeps no row; what it made is owned by
/// the job that waits, and has no owner any more when that job ends without it.
final class Preparations implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Preparations.class);

    /// How long a job may have been queued before it counts as one that waits.
    private static final Duration SETTLED = Duration.ofMillis(250);

    private static final Duration AGAIN_AFTER = Duration.ofMinutes(1);

    /// How many queued and how many waiting jobs a server looks ahead.
    private static final int AHEAD = 32;

    private static final int AT_ONCE = 2;

    private final Database database;
    private final String instance;
    private final Map<JobKind, JobWork> work;
    private final Semaphore places = new Semaphore(AT_ONCE);

    /// What is being prepared or was, by its thread; only what still waits.
    private final Map<AttemptName, Thread> begun = new ConcurrentHashMap<>();

    /// When what could not be prepared is tried again, in nanoTime.
    private final Map<AttemptName, Long> again = new ConcurrentHashMap<>();

    private volatile boolean closed;

    private record Waiting(AttemptName name, JobSpec spec) {}

    Preparations(Database database, String instance, Map<JobKind, JobWork> work) {
        this.database = database;
        this.instance = instance;
        this.work = work;
    }

    /// Looks once for what waits, and begins to prepare what is new among it.
    void look() {
        LockSupport.parkNanos(SETTLED.toNanos());
        Map<AttemptName, Waiting> waiting =
                waiting().stream()
                        .collect(Collectors.toMap(Waiting::name, one -> one, (one, _) -> one));
        begun.keySet().retainAll(waiting.keySet());
        again.keySet().retainAll(waiting.keySet());
        waiting.values().stream().filter(this::isDue).forEach(this::begin);
    }

    private boolean isDue(Waiting one) {
        Long at = again.get(one.name());
        return !closed
                && !begun.containsKey(one.name())
                && (at == null || System.nanoTime() - at > 0);
    }

    private void begin(Waiting one) {
        JobWork of = work.get(JobKind.of(one.spec()));
        if (of != null) {
            Thread thread =
                    Thread.ofVirtual()
                            .name("prepare-" + one.name().job())
                            .unstarted(() -> prepare(of, one));
            begun.put(one.name(), thread);
            thread.start();
        }
    }

    private void prepare(JobWork of, Waiting one) {
        try {
            places.acquire();
            try {
                if (begun.containsKey(one.name()) && !closed) {
                    of.prepare(one.name(), one.spec());
                }
            } finally {
                places.release();
            }
        } catch (InterruptedException e) {
            log.debug("{} is not prepared: the server ends", one.name());
        } catch (Fault e) {
            log.debug("{} could not be prepared: {}", one.name(), e.message());
            later(one.name());
        } catch (RuntimeException e) {
            log.warn("{} could not be prepared", one.name(), e);
            later(one.name());
        }
    }

    private void later(AttemptName name) {
        again.put(name, System.nanoTime() + AGAIN_AFTER.toNanos());
        begun.remove(name);
    }

    /// The gate is the claim's: nothing is fetched for a run that may not run.
    private List<Waiting> waiting() {
        return database.read(
                tx ->
                        tx.query(
                                """
                                (select j.id, a.number, j.spec
                                from runners r
                                cross join (values (false), (true)) h (held)
                                cross join lateral (
                                    select q.job_id, q.number
                                    from attempts q
                                    where q.runner_id = r.id and q.held = h.held
                                        and q.state = 'queued'
                                        and q.takes_slot and q.queued_at
                                            < clock_timestamp() - ? * interval '1 millisecond'
                                    order by q.turn, q.id
                                    limit
                                """
                                        + AHEAD
                                        + """
                                                ) a
                                        join jobs j on j.id = a.job_id
                                        join runs u on u.id = j.run_id
                                        join projects p on p.id = j.project_id
                                        where not p.paused and
                                        """
                                        + Trusting.MAY_BEGIN
                                        + """
                                        )
                                        union all
                                        (select j.id, j.latest_attempt + 1, j.spec
                                        from jobs j
                                        join runs u on u.id = j.run_id
                                        join projects p on p.id = j.project_id
                                        where j.state = 'waiting' and j.waits = 'needs' and not p.paused
                                            and
                                        """
                                        + Trusting.MAY_BEGIN
                                        + """
                                        order by j.id
                                        limit
                                        """
                                        + AHEAD
                                        + ")",
                                this::waiting,
                                SETTLED.toMillis()));
    }

    private Waiting waiting(Row row) {
        return new Waiting(
                new AttemptName(instance, row.number("id"), row.integer("number")),
                JobSpecs.read(row.json("spec")));
    }

    /// Begins nothing more, and breaks off what is under way.
    @Override
    public void close() {
        closed = true;
        begun.values().forEach(Thread::interrupt);
    }
}
