package io.slipway.engine.release;

import io.slipway.db.Database;
import io.slipway.db.Notifications;
import io.slipway.db.Row;
import io.slipway.db.Signal;
import io.slipway.db.Subscription;
import io.slipway.engine.release.AppContainers.AppContainer;
import io.slipway.engine.release.AppContainers.State;
import io.slipway.fault.Fault;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.ByteArrayOutputStream;
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
/// goes on at the exact byte after a restart. The newest 8 MiB of each placement are kept.
public final class AppLogs implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AppLogs.class);
    private static final long CAP = 8L << 20;
    private static final int CHUNK = 32 << 10;

    private static final String END =
            "select coalesce(max(stream_end), 0) as at from app_log_chunks where container = ?";

    private static final String APPEND =
            """
            insert into app_log_chunks (placement_id, release, container, stream_end, bytes)
            values (?, ?, ?, ?, ?) on conflict do nothing
            """;

    private static final String TRIM =
            """
            delete from app_log_chunks where placement_id = ? and sequence <= (
              select sequence from (
                select sequence, sum(length(bytes)) over (order by sequence desc) as total
                from app_log_chunks where placement_id = ?) s
              where total > ? order by sequence desc limit 1)
            """;

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

    /// Something of a placement was stored.
    private static final String CHANNEL = "app-log";

    private final Database database;
    private final Notifications notifications;
    private final Deployer deployer;
    private final Map<String, Thread> copied = new ConcurrentHashMap<>();
    private final Set<Lines> copying = ConcurrentHashMap.newKeySet();
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
                            CHANNEL,
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
        var unused = rounds.scheduleWithFixedDelay(this::look, 0, 1, TimeUnit.SECONDS);
    }

    private void look() {
        try {
            for (AppContainer container : database.read(AppContainers::present)) {
                if (container.state() != State.GONE) {
                    copied.computeIfAbsent(container.name(), name -> copying(container));
                }
            }
            copied.values().removeIf(thread -> !thread.isAlive());
            copying.forEach(Lines::storeWhenDue);
        } catch (RuntimeException e) {
            log.warn("the apps' logs are not looked for: {}", e.getMessage());
        }
    }

    private Thread copying(AppContainer container) {
        return Thread.ofVirtual().name("log-" + container.name()).start(() -> copy(container));
    }

    private void copy(AppContainer container) {
        String name = container.name();
        try {
            long from = database.read(tx -> tx.one(END, row -> row.number("at"), name));
            Lines lines = new Lines(container);
            copying.add(lines);
            try {
                deployer.follow(name, from, lines);
                lines.store();
            } finally {
                copying.remove(lines);
            }
        } catch (Fault e) {
            log.debug("the log of {} is not read: {}", name, e.message());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Cuts the output where a line ends, so that a chunk holds whole lines, and stores at most
    /// five times a second.
    private final class Lines implements Deployer.Output {
        private final AppContainer container;
        private final ByteArrayOutputStream open = new ByteArrayOutputStream();
        private long end;
        private long storedAt;
        private long sinceTrim = CAP;

        Lines(AppContainer container) {
            this.container = container;
        }

        @Override
        public synchronized void bytes(byte[] bytes, int offset, int length, long end) {
            int last = offset + length - 1;
            while (last >= offset && bytes[last] != '\n') {
                last--;
            }
            int whole = last - offset + 1;
            open.write(bytes, offset, whole);
            this.end = end - (length - whole);
            if (whole > 0 && due()) {
                store();
            }
            open.write(bytes, offset + whole, length - whole);
            this.end = end;
            if (open.size() >= CHUNK) {
                store();
            }
        }

        private boolean due() {
            return System.nanoTime() - storedAt > 200_000_000;
        }

        synchronized void storeWhenDue() {
            if (due()) {
                store();
            }
        }

        synchronized void store() {
            if (open.size() == 0) {
                return;
            }
            byte[] bytes = open.toByteArray();
            storedAt = System.nanoTime();
            sinceTrim += bytes.length;
            boolean trims = sinceTrim > CAP / 8;
            long placementId = container.placementId();
            database.change(
                    tx -> {
                        tx.update(
                                APPEND,
                                placementId,
                                container.release(),
                                container.name(),
                                end,
                                bytes);
                        tx.notify(CHANNEL, Long.toString(placementId));
                        if (trims) {
                            tx.update(TRIM, placementId, placementId, CAP);
                        }
                    });
            open.reset(); // not before: what could not be stored is stored the next time
            sinceTrim = trims ? 0 : sinceTrim;
        }
    }

    @Override
    public void close() {
        rounds.shutdownNow();
        copied.values().forEach(Thread::interrupt);
    }
}
