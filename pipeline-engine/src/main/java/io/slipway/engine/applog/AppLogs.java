package io.slipway.engine.applog;

import io.slipway.db.Database;
import io.slipway.db.Notifications;
import io.slipway.db.Row;
import io.slipway.db.Signal;
import io.slipway.db.Subscription;
import io.slipway.engine.release.Deployer;
import io.slipway.engine.release.Deployer.Condition;
import io.slipway.fault.Fault;
import io.slipway.fault.Rounds;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// What apps print, kept over rollouts: one thread per container copies its output into rows, and
/// goes on at the exact byte after a restart of any side. A container that has ended is read once
/// to its end. The newest 8 MiB of each placement are kept.
public final class AppLogs implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AppLogs.class);
    private static final Duration LAST_WORDS = Duration.ofSeconds(10);

    private static final String AFTER =
            """
            select sequence, release, container, at, bytes from app_log_chunks
            where placement_id = ? and sequence > ? order by sequence limit 50
            """;

    private static final String LAST =
            """
            select coalesce(min(sequence), 1) - 1 as before from (
              select sequence from app_log_chunks where placement_id = ? order by sequence desc limit ?) s
            """;

    private final Database database;
    private final Notifications notifications;
    private final Deployer deployer;
    private final Map<String, Thread> copied = new ConcurrentHashMap<>();
    private final Set<Copy> copying = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService rounds =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("app-logs").daemon().factory());

    /// Copies from the deployer's containers.
    public AppLogs(Database database, Notifications notifications, Deployer deployer) {
        this.database = database;
        this.notifications = notifications;
        this.deployer = deployer;
    }

    /// A part of an app's output: whole lines.
    ///
    /// @param sequence grows over all containers of a placement
    /// @param release whose container printed it
    public record Chunk(long sequence, int release, String container, Instant at, byte[] bytes) {
        static Chunk from(Row row) {
            return new Chunk(
                    row.number("sequence"),
                    row.integer("release"),
                    row.text("container"),
                    row.instant("at"),
                    row.bytes("bytes"));
        }
    }

    /// What was printed after a chunk, at most 50 chunks.
    ///
    /// @param sequence of the last chunk that is known; see [#tail]
    public List<Chunk> after(long placementId, long sequence) {
        return database.read(tx -> tx.query(AFTER, Chunk::from, placementId, sequence));
    }

    /// Where to begin so that about the last `chunks` are given.
    public long tail(long placementId, int chunks) {
        return database.read(tx -> tx.one(LAST, row -> row.number("before"), placementId, chunks));
    }

    /// Begins to wait for what is stored of a placement; to be opened before [#after] is asked, and
    /// closed when done.
    public News news(long placementId) {
        return new News(placementId);
    }

    /// Somebody who waits.
    public final class News implements AutoCloseable {
        private final Signal signal = new Signal();
        private final Subscription subscription;

        private News(long placementId) {
            String mine = Long.toString(placementId);
            this.subscription =
                    notifications.subscribe(
                            Copy.CHANNEL,
                            of -> {
                                if (of.isEmpty() || of.equals(mine)) {
                                    signal.wake();
                                }
                            });
        }

        /// Returns when there may be more, after a second at the latest.
        public void await() throws InterruptedException {
            signal.await(Duration.ofSeconds(1));
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }

        @Override
        public void close() {
            subscription.close();
        }
    }

    /// Begins to copy; containers that appear are found within a second.
    public void start() {
        var unused =
                rounds.scheduleWithFixedDelay(
                        () -> Rounds.watched(log, "the apps' logs are not looked for", this::look),
                        0,
                        1,
                        TimeUnit.SECONDS);
    }

    /// One look at every container.
    void look() {
        copied.values().removeIf(thread -> !thread.isAlive());
        for (Source source : database.read(Source::present)) {
            if (!copied.containsKey(source.name()) && hasMore(source)) {
                copied.computeIfAbsent(source.name(), name -> copying(name));
            }
        }
        copying.forEach(copy -> Rounds.once(log, "a log is stored later", () -> store(copy)));
    }

    private void store(Copy copy) {
        try {
            copy.storeWhenDue();
        } catch (Fault e) {
            Thread thread = copied.get(copy.container());
            if (e.kind() == Fault.Kind.CONFLICT && thread != null) {
                thread.interrupt();
            }
            throw e;
        }
    }

    /// Whether there may be something that was not read: all of a container that has ended was.
    private boolean hasMore(Source source) {
        if (source.readRun() == null) {
            return true;
        }
        Condition now = deployer.condition(source.name());
        return now.state() != Condition.State.ABSENT && !now.run().equals(source.readRun());
    }

    private Thread copying(String container) {
        Runnable copy = () -> Rounds.once(log, "a log is not read", () -> copy(container));
        return Thread.ofVirtual().name("log-" + container).start(copy);
    }

    private void copy(String container) {
        try {
            Condition before = deployer.condition(container);
            Source source = database.read(tx -> Source.find(tx, container)).orElse(null);
            if (source == null || before.state() == Condition.State.ABSENT) {
                return;
            }
            Copy copy = new Copy(database, source);
            copying.add(copy);
            try {
                deployer.follow(container, source.read(), copy);
                copy.store();
            } finally {
                copying.remove(copy);
            }
            Condition now = deployer.condition(container);
            if (now.state() == Condition.State.ENDED && now.run().equals(before.run())) {
                database.change(tx -> source.readToEnd(tx, now.run()));
            }
        } catch (Fault e) {
            log.debug("the log of {} is not read: {}", container, e.message());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Reads what a container that has ended has printed to the end, unless that takes more than
    /// ten seconds.
    public void finish(String container) {
        try {
            if (!copied.computeIfAbsent(container, this::copying).join(LAST_WORDS)) {
                log.warn("the last lines of {} are not kept: they come too slowly", container);
            }
            copied.remove(container);
            Source source = database.read(tx -> Source.find(tx, container)).orElse(null);
            if (source != null && hasMore(source)) {
                copy(container); // it had ended the moment before it was asked to go on
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        rounds.shutdownNow();
        copied.values().forEach(Thread::interrupt);
    }
}
