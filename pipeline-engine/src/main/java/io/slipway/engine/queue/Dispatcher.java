package io.slipway.engine.queue;

import io.slipway.db.Database;
import io.slipway.db.Notifications;
import io.slipway.db.Signal;
import io.slipway.engine.approval.Approvals;
import io.slipway.engine.run.Claim.Ended;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.JobWork;
import io.slipway.engine.run.RunEnd;
import io.slipway.fault.Rounds;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Takes attempts from the queue and has each driven by a virtual thread of its own; ends runs. Any
/// number of dispatchers share one database, in as many processes. A notification wakes it, a look
/// each second decides.
public final class Dispatcher implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration RENEW = Duration.ofSeconds(5);
    private static final Duration HANDOVER = Duration.ofSeconds(9);

    /// With the time until a cancel is read and until its hanging is seen, below 15 s.
    static final Duration HANGS = Duration.ofSeconds(8);

    /// A connection that hangs is given up after this, well within a lease.
    private static final Duration SILENCE = Duration.ofSeconds(5);

    private final Database database;
    private final Database leaseConnection;
    private final Queue queue;
    private final Leases leases;
    private final RunEnds ends;
    private final Driver driver;
    private final GateHints hints;
    private final Preparations preparations;
    private final Pins pins;
    private final Map<Long, Holding> held = new ConcurrentHashMap<>();

    /// Fences of attempts that this process has lost, as long as others may take it for dead.
    private final Map<Long, Long> lost = new ConcurrentHashMap<>();

    private final List<Signal> signals = new ArrayList<>();
    private final List<Thread> loops = new ArrayList<>();
    private final Signal wake;
    private volatile boolean closing;
    private volatile boolean closed;

    /// Starts to take attempts at once, those of an earlier process of the same server first.
    ///
    /// @param server this server's identity; only one process at a time may have it
    /// @param work what does the jobs of each kind
    /// @param runEnd what follows a run's last job
    public Dispatcher(
            Database database,
            Notifications notifications,
            UUID server,
            Map<JobKind, JobWork> work,
            RunEnd runEnd) {
        this.database = database;
        this.leaseConnection = new Database(database.address(), 1, SILENCE);
        this.queue = new Queue(database, server, given(work));
        this.leases = new Leases(leaseConnection);
        this.ends = new RunEnds(database, server, runEnd);
        this.driver = new Driver(queue, work, new Removals(database, queue.instance(), work));
        this.hints = new GateHints(database);
        this.preparations = new Preparations(database, queue.instance(), work);
        this.pins = new Pins(database, work);
        this.wake = notifications.signal("queue");
        ends.takeOver();
        loop("queue", wake, LOOK, this::claim);
        loop("gate", new Signal(), LOOK, hints::look);
        loop("superseding", notifications.signal("queue"), LOOK, new Superseding(database)::look);
        loop("approvals", new Signal(), LOOK, new Approvals(database)::expire);
        loop("pins", notifications.signal("finishing"), LOOK, pins::look);
        loop("run-ends", notifications.signal("finishing"), LOOK, this::finish);
        loop("leases", notifications.signal("cancel"), RENEW, this::renew);
        loop("clock", new Signal(), LOOK, this::lookAtClocks);
        loop("preparations", notifications.signal("queue"), LOOK, this::prepare);
    }

    private static Set<String> given(Map<JobKind, JobWork> work) {
        return work.values().stream()
                .flatMap(one -> one.given().stream())
                .collect(Collectors.toSet());
    }

    private void loop(String name, Signal signal, Duration atMost, Runnable body) {
        signals.add(signal);
        loops.add(
                Thread.ofVirtual()
                        .name(name)
                        .start(
                                () -> {
                                    while (!closed) {
                                        Rounds.watched(log, name + " could not look", body);
                                        signal.await(atMost);
                                    }
                                }));
    }

    private static void quietly(String name, Runnable body) {
        Rounds.once(log, name + " could not look", body);
    }

    private void claim() {
        boolean more = !closing;
        while (more && !closing) {
            long askedAt = System.nanoTime();
            List<Claimed> claimed = queue.claim(Set.copyOf(held.keySet()), Queue.MOST);
            claimed.forEach(one -> drive(one, askedAt));
            more = claimed.size() >= Queue.MOST;
        }
    }

    private void drive(Claimed claimed, long askedAt) {
        long attempt = claimed.job().attemptId();
        Holding holding = new Holding(database, claimed, askedAt);
        held.put(attempt, holding);
        if (closing) {
            holding.end(Ended.SHUTDOWN, "");
        }
        Thread.ofVirtual()
                .name("job-" + claimed.job().id())
                .start(() -> driver.drive(holding, () -> gone(attempt, holding)));
    }

    private void gone(long attempt, Holding holding) {
        if (held.remove(attempt, holding) && holding.isLost()) {
            lost.put(attempt, holding.fence());
        }
        wake.wake();
    }

    private void prepare() {
        if (!closing) {
            preparations.look();
        }
    }

    private void finish() {
        if (closing) {
            return;
        }
        ends.reached()
                .forEach(
                        run ->
                                Thread.ofVirtual()
                                        .name("run-waits-" + run.id())
                                        .start(() -> quietly("run", () -> ends.reached(run))));
        ends.claim()
                .forEach(
                        run ->
                                Thread.ofVirtual()
                                        .name("run-end-" + run.id())
                                        .start(() -> quietly("run end", () -> ends.end(run))));
    }

    private void renew() {
        if (!lost.isEmpty()) {
            Map<Long, Long> told = Map.copyOf(lost);
            List<Long> heard = queue.livesOn(told);
            told.forEach(
                    (attempt, fence) -> {
                        if (heard.contains(attempt)) {
                            lost.remove(attempt, fence);
                        }
                    });
        }
        List<Holding> all = held.values().stream().filter(one -> !one.isLost()).toList();
        if (all.isEmpty()) {
            return;
        }
        long askedAt = System.nanoTime();
        Map<Long, Leases.Renewed> renewed =
                leases.renew(all).stream()
                        .collect(Collectors.toMap(Leases.Renewed::attempt, Function.identity()));
        for (Holding one : all) {
            Leases.Renewed lease = renewed.get(one.job().attemptId());
            if (lease == null) {
                one.end(Ended.LOST, "another server owns it");
            } else {
                one.renewed(askedAt);
                if (!lease.cancelled().isEmpty()) {
                    one.end(Ended.CANCELLED, lease.cancelled());
                }
            }
        }
    }

    private void lookAtClocks() {
        for (Holding one : held.values()) {
            one.lookAtClock();
            if (one.isLost() && one.hangs(HANGS)) {
                // Its lease ends, and whoever takes it then may be this server.
                gone(one.job().attemptId(), one);
            } else if (one.hangs(HANGS)) {
                Thread.ofVirtual()
                        .name("force-" + one.job().id())
                        .start(() -> driver.force(one, () -> gone(one.job().attemptId(), one)));
            }
        }
    }

    /// How many attempts this process drives now.
    public int driving() {
        return held.size();
    }

    /// Takes nothing more and hands over what it drives, within 10 s; what runs in runners goes on.
    @Override
    public void close() {
        closing = true;
        preparations.close();
        pins.close();
        held.values().forEach(one -> one.end(Ended.SHUTDOWN, ""));
        long deadline = System.nanoTime() + HANDOVER.toNanos();
        while (!held.isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
        closed = true;
        signals.forEach(Signal::wake);
        for (Thread loop : loops) {
            join(loop);
        }
        // What could not be handed over, and claims that came between: their leases expire.
        held.values().forEach(one -> one.end(Ended.LOST, "the server ended"));
        if (!held.isEmpty()) {
            quietly("leaving", queue::leave);
        }
        signals.forEach(Signal::close);
        leaseConnection.close();
    }

    private static void join(Thread loop) {
        try {
            loop.join(Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
