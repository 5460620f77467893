package io.slipway.engine.queue;

import io.slipway.db.Database;
import io.slipway.engine.asking.Asking;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.JobWork;
import io.slipway.fault.Fault;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/// Finds out what an image's name stands for while somebody is asked to agree to its rollout:
/// nobody agrees to a name that may mean something else tomorrow. Each server does it for itself;
/// who is first has said it.
final class Pins implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Pins.class);
    private static final Duration AGAIN_AFTER = Duration.ofSeconds(10);
    private static final int AT_ONCE = 2;

    private final Database database;
    private final Map<JobKind, JobWork> work;
    private final Semaphore places = new Semaphore(AT_ONCE);

    /// What is being looked up, by its job.
    private final Map<Long, Thread> begun = new ConcurrentHashMap<>();

    /// When what could not be looked up is tried again, in nanoTime.
    private final Map<Long, Long> again = new ConcurrentHashMap<>();

    private volatile boolean closed;

    Pins(Database database, Map<JobKind, JobWork> work) {
        this.database = database;
        this.work = work;
    }

    /// Looks once for what is not known yet.
    void look() {
        JobWork of = work.get(JobKind.ROLLOUT);
        if (of == null || closed) {
            return;
        }
        long now = System.nanoTime();
        again.values().removeIf(at -> now - at > 0);
        for (Asking.Unpinned one : database.read(Asking::unpinned)) {
            if (!again.containsKey(one.job()) && !begun.containsKey(one.job())) {
                Thread thread =
                        Thread.ofVirtual().name("pin-" + one.job()).unstarted(() -> pin(of, one));
                begun.put(one.job(), thread);
                thread.start();
            }
        }
    }

    private void pin(JobWork of, Asking.Unpinned one) {
        try {
            places.acquire();
            try {
                String pinned = of.pin(one.spec()).orElse(one.image());
                database.change(tx -> Asking.pin(tx, one, pinned));
            } finally {
                places.release();
            }
        } catch (InterruptedException e) {
            log.debug("the image of job {} is not looked up: the server ends", one.job());
        } catch (Fault e) {
            log.debug("the image of job {} is not known yet: {}", one.job(), e.message());
            later(one, e.message());
        } catch (RuntimeException e) {
            log.warn("the image of job {} is not known yet", one.job(), e);
            later(one, "a mistake of Slipway's own: " + e.getClass().getSimpleName());
        } finally {
            begun.remove(one.job());
        }
    }

    private void later(Asking.Unpinned one, String why) {
        again.put(one.job(), System.nanoTime() + AGAIN_AFTER.toNanos());
        try {
            database.change(tx -> Asking.cannotPin(tx, one, why));
        } catch (Fault e) {
            log.debug("it is told later: {}", e.message());
        }
    }

    /// Begins nothing more, and breaks off what is under way.
    @Override
    public void close() {
        closed = true;
        begun.values().forEach(Thread::interrupt);
    }
}
