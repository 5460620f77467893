package io.slipway.engine.log;

import io.slipway.db.Database;
import io.slipway.db.VoidWork;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Writes one attempt's log into the database. A thread of its own stores what has gathered: after
/// a pause 10 ms after it came, so that a first line is soon seen, and up to 100 ms while more and
/// more follows, so that a fast log takes few transactions. Whoever appends waits only while more
/// than a mebibyte is not stored. While the database is away it tries again until the log is
/// closed. Safe for use by many threads.
public final class AttemptLog implements LogWriter, AutoCloseable {
    private static final long SHORTEST_WAIT = Duration.ofMillis(10).toNanos();
    private static final long LONGEST_WAIT = Duration.ofMillis(100).toNanos();
    private static final Duration AGAIN_AFTER = Duration.ofMillis(250);
    private static final int STORE_FROM = 256 * 1024;
    private static final int MOST_PENDING = 1024 * 1024;

    private final LogStore store;
    private final ReentrantLock lock = new ReentrantLock();

    /// Held while a batch is stored, so that batches keep their order.
    private final ReentrantLock storing = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private final PendingLog pending;
    private final Thread thread;
    private long nextWait = SHORTEST_WAIT;
    private long storedAt = System.nanoTime();
    private boolean closed;
    private @Nullable RuntimeException failure;

    /// Goes on with a log.
    ///
    /// @param from where it stands, as it was read with the claim
    public AttemptLog(Database database, LogOwner owner, LogPosition from) {
        this.store = new LogStore(database, owner, from);
        this.pending = new PendingLog(from);
        this.thread = Thread.ofVirtual().name("log-" + owner.attempt()).start(this::storeInTurn);
    }

    @Override
    public void append(byte[] bytes, int offset, int length, long sourceEnd) {
        lock.lock();
        try {
            while (pending.size() > MOST_PENDING && failure == null && !closed) {
                changed.awaitUninterruptibly();
            }
            refuseAfterFailure();
            pending.append(bytes, offset, length, sourceEnd);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void line(String text) {
        lock.lock();
        try {
            freshLine();
            byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
            append(bytes, 0, bytes.length, pending.end().source());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void part() {
        lock.lock();
        try {
            refuseAfterFailure();
            pending.part();
        } finally {
            lock.unlock();
        }
    }

    /// Ends the last line, if it has no line break yet; takes no source bytes.
    public void freshLine() {
        lock.lock();
        try {
            if (pending.end().open()) {
                append(new byte[] {'\n'}, 0, 1, pending.end().source());
            }
        } finally {
            lock.unlock();
        }
    }

    /// Does this in the same transaction as the bytes that were appended before it.
    public void alongside(VoidWork work) {
        lock.lock();
        try {
            refuseAfterFailure();
            pending.alongside(work);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// As [#alongside(VoidWork)], where the work needs rows beside the attempt's that others hold
    /// before the attempt's: everybody has to hold them in one order.
    ///
    /// @param holds those rows, before the attempt's is held
    /// @param work which holds the attempt's row by its fence itself
    public void alongside(VoidWork holds, VoidWork work) {
        lock.lock();
        try {
            alongside(work);
            pending.first(holds);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long sourceEnd() {
        return store.position().source();
    }

    @Override
    public long nextLine() {
        lock.lock();
        try {
            return pending.end().lines() + 1;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void flush() {
        storeOnce();
    }

    private void refuseAfterFailure() {
        if (failure != null) {
            throw failure;
        }
        if (closed) {
            throw new IllegalStateException("the log is closed");
        }
    }

    private void storeInTurn() {
        try {
            while (awaitWork()) {
                try {
                    storeOnce();
                } catch (Fault e) {
                    if (e.kind() != Fault.Kind.UNAVAILABLE) {
                        return;
                    }
                    TimeUnit.NANOSECONDS.sleep(AGAIN_AFTER.toNanos());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    /// Waits until something has gathered for long enough.
    ///
    /// @return false when the log was closed
    private boolean awaitWork() throws InterruptedException {
        lock.lock();
        try {
            while (pending.isEmpty() && store.unfinished() == null && !closed) {
                changed.await();
            }
            if (System.nanoTime() - storedAt > LONGEST_WAIT) {
                nextWait = SHORTEST_WAIT;
            }
            long left = nextWait;
            nextWait = Math.min(2 * nextWait, LONGEST_WAIT);
            while (pending.size() < STORE_FROM && left > 0 && !closed) {
                left = changed.awaitNanos(left);
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private void storeOnce() {
        storing.lock();
        try {
            PendingLog.Batch unfinished = store.unfinished();
            if (unfinished != null) {
                store.write(unfinished);
            }
            PendingLog.Batch batch = take();
            if (batch != null) {
                store.write(batch);
            }
            signal();
        } catch (Fault e) {
            if (e.kind() != Fault.Kind.UNAVAILABLE) {
                fail(e);
            }
            signal();
            throw e;
        } catch (RuntimeException e) {
            fail(e);
            throw e;
        } finally {
            storing.unlock();
        }
    }

    private PendingLog.@Nullable Batch take() {
        lock.lock();
        try {
            if (failure != null) {
                throw failure;
            }
            return pending.isEmpty() ? null : pending.take();
        } finally {
            lock.unlock();
        }
    }

    private void signal() {
        lock.lock();
        try {
            storedAt = System.nanoTime();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void fail(RuntimeException cause) {
        lock.lock();
        try {
            if (failure == null) {
                failure = cause;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Stops writing. What is not stored yet is given up: flush first, unless the claim was lost.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        thread.interrupt();
    }
}
