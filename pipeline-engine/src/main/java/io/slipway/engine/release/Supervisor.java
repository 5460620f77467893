package io.slipway.engine.release;

import io.slipway.db.Database;
import io.slipway.db.Signal;
import io.slipway.db.Tx;
import io.slipway.engine.release.AppContainers.AppContainer;
import io.slipway.engine.release.AppContainers.State;
import io.slipway.engine.release.Deployer.Condition;
import io.slipway.engine.route.Routes;
import io.slipway.engine.route.Traffic;
import io.slipway.fault.Fault;
import io.slipway.fault.Rounds;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// Keeps what serves serving: says what is wrong with it, orders a new container where one is gone
/// (with growing pauses), drains and removes what a rollout has replaced, removes what no row
/// knows, and brings the route table to a switch that was restarted. Every server may run one; each
/// round finds only what is still to be done, whoever began it.
public final class Supervisor implements AutoCloseable {
    /// Notified when a rollout has ended, and there may be something to do.
    public static final String CHANNEL = "containers";

    /// How long requests that a container has begun to answer may take once it gets no new ones.
    static final Duration DRAIN = Duration.ofSeconds(30);

    /// How long a container has to end by itself.
    static final Duration GRACE = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(Supervisor.class);
    private static final Duration ROUND = Duration.ofSeconds(2);

    /// After so long in good health, a container's earlier troubles are forgotten.
    private static final long HEALTHY_SECONDS = 300;

    /// Every so many rounds it is looked for networks that nobody needs.
    private static final int SWEEP = 30;

    private static final String TROUBLE =
            "update placements set trouble = ?, changed_at = now() where id = ? and trouble is"
                    + " distinct from ?";

    private static final String CALM =
            "update placements set restarts = 0, restart_after = null where id = ? and restarts >"
                    + " 0";

    /// Due at most once, and not while a rollout is on its way.
    private static final String DUE =
            """
            update placements p
            set restarts = restarts + 1,
                restart_after = now() + least(300, 5 * power(2, least(restarts, 10))) * interval '1 second'
            where p.id = ? and p.desired = 'running'
              and (p.restart_after is null or p.restart_after < now())
              and not exists (select from rollouts o where o.placement_id = p.id and o.state <> 'ended')
              and not exists (
                select from jobs j where j.project_id = p.project_id and j.kind = 'rollout'
                  and j.app = p.app and j.environment = p.environment and j.state <> 'ended')
            """;

    private final Database database;
    private final Deployer deployer;
    private final Traffic traffic;
    private final Routes routes;
    private final RolloutParts.Hooks hooks;
    private final RolloutRuns runs;
    private final Signal wake;
    private final Consumer<String> lastWords;
    private final Map<String, Thread> retiring = new ConcurrentHashMap<>();
    private final Thread thread;
    private long appliedRevision = -1;

    /// Whether the switch may not know yet what has changed.
    private boolean dirty = true;

    private int round;
    private volatile boolean closed;

    /// @param runs orders new containers
    /// @param wake wakes it when a rollout has ended: notifications on [#CHANNEL]
    /// @param lastWords takes the name of a container that has ended and is about to be removed:
    ///   what it printed is read to the end before this returns
    public Supervisor(
            RolloutParts parts, RolloutRuns runs, Signal wake, Consumer<String> lastWords) {
        this.database = parts.database();
        this.deployer = parts.deployer();
        this.traffic = parts.traffic();
        this.routes = parts.routes();
        this.hooks = parts.hooks();
        this.runs = runs;
        this.wake = wake;
        this.lastWords = lastWords;
        this.thread = Thread.ofVirtual().name("supervisor").unstarted(this::rounds);
    }

    /// Begins; the first round is at once.
    public void start() {
        thread.start();
    }

    private void rounds() {
        while (!closed) {
            Rounds.watched(log, "apps are not looked after", this::round);
            wake.await(ROUND);
        }
    }

    /// One look at everything.
    void round() {
        dirty |= database.transaction(Rollouts::endAbandoned);
        Set<String> inEngine = deployer.present();
        for (AppContainer container : database.read(AppContainers::present)) {
            dirty |= one(container);
        }
        List<AppContainer> rows = database.read(AppContainers::present);
        Set<String> known = new HashSet<>(rows.stream().map(AppContainer::name).toList());
        hooks.sweep();
        inEngine.stream().filter(name -> !known.contains(name)).forEach(this::removeUnknown);
        retiring.values().removeIf(done -> !done.isAlive());
        List<AppContainer> replaced =
                rows.stream()
                        .filter(row -> row.state() == State.DRAINING)
                        .filter(row -> !retiring.containsKey(row.name()))
                        .toList();
        // Only what the switch surely sends nothing new may be stopped.
        dirty |= !replaced.isEmpty();
        if (dirty || traffic.revision() != appliedRevision) {
            routes.publish();
            appliedRevision = traffic.revision();
            dirty = false;
        }
        replaced.forEach(this::retire);
        if (round++ % SWEEP == 0) {
            deployer.sweep();
        }
    }

    private void removeUnknown(String container) {
        Rounds.once(log, container + " stays for now", () -> deployer.remove(container));
    }

    /// What fails for one container is tried again in the next round and keeps nobody else waiting.
    ///
    /// @return whether what the switch should know has changed
    private boolean one(AppContainer container) {
        try {
            return switch (container.state()) {
                case SERVING -> look(container);
                case STARTING, PAUSED -> tidy(container);
                case DRAINING, GONE -> false;
            };
        } catch (Fault e) {
            log.warn("{} is looked at again: {}", container.name(), e.message());
        } catch (RuntimeException e) {
            log.error("{} could not be looked at", container.name(), e);
        }
        return false;
    }

    /// @return whether what the switch should know has changed
    private boolean look(AppContainer container) {
        Condition condition = deployer.condition(container.name());
        String trouble = trouble(condition);
        if (trouble == null) {
            Long seconds = container.servedSeconds();
            if (seconds != null && seconds > HEALTHY_SECONDS) {
                database.change(tx -> tx.update(CALM, container.placementId()));
            }
        }
        return database.transaction(
                tx -> {
                    // A rollout writes what it wants before it touches a container.
                    boolean alone = condition.state() == Condition.State.REPLACED;
                    if (trouble != null && !AppContainers.locked(tx, container, alone)) {
                        return false;
                    }
                    switch (condition.state()) {
                        case ABSENT -> restartWhenDue(tx, container);
                        case ENDED, MADE, REPLACED -> restart(tx, container);
                        case RUNNING, RESTARTING, COMING -> {}
                    }
                    return tx.update(TROUBLE, trouble, container.placementId(), trouble) > 0;
                });
    }

    private static @Nullable String trouble(Condition condition) {
        String memory = condition.outOfMemory() ? " after it ran out of memory" : "";
        return switch (condition.state()) {
            case RUNNING -> null;
            case MADE -> "it was not started";
            case COMING ->
                    condition.obstacle() == null
                            ? "it is about to be started"
                            : "it cannot start: " + condition.obstacle().sentence();
            case REPLACED -> "something else was put in its place; it is being brought back";
            case RESTARTING ->
                    "it ends again and again, last with exit code " + condition.exitCode() + memory;
            case ENDED -> "it ended with exit code " + condition.exitCode() + memory;
            case ABSENT -> "its container is gone; a new one is being started";
        };
    }

    /// A container that cannot start again, because its port or its network is no longer its own,
    /// is replaced by a new one.
    private void restart(Tx tx, AppContainer container) {
        try {
            deployer.restart(container.name());
        } catch (Fault e) {
            if (e.kind() != Fault.Kind.CONFLICT && e.kind() != Fault.Kind.NOT_FOUND) {
                throw e;
            }
            log.warn("{} is replaced: {}", container.name(), e.message());
            restartWhenDue(tx, container);
        }
    }

    private void restartWhenDue(Tx tx, AppContainer container) {
        if (tx.update(DUE, container.placementId()) == 1) {
            Placement placement = Placements.byId(tx, container.placementId());
            runs.restart(tx, placement, null, "its container was gone");
        }
    }

    /// What a rollout that was given up has left: a container that never served goes, one that was
    /// paused for it serves again.
    ///
    /// @return whether what the switch should know has changed
    private boolean tidy(AppContainer container) {
        State next =
                database.transaction(
                        tx -> {
                            if (!AppContainers.locked(tx, container, true)) {
                                return container.state();
                            }
                            Placement placement = Placements.byId(tx, container.placementId());
                            boolean live =
                                    Objects.equals(placement.liveRelease(), container.releaseId());
                            State then =
                                    container.state() == State.PAUSED && live
                                            ? State.SERVING
                                            : State.DRAINING;
                            AppContainers.set(tx, container.name(), then);
                            return then;
                        });
        return next == State.SERVING && look(container.in(State.SERVING));
    }

    /// On a thread of its own: requests that never end take their whole time.
    private void retire(AppContainer old) {
        Runnable steps = () -> Rounds.once(log, old.name() + " is retired later", () -> steps(old));
        retiring.put(old.name(), Thread.ofVirtual().name("retire-" + old.name()).start(steps));
    }

    private void steps(AppContainer old) {
        deployer.withdraw(old.name());
        if (old.backend() != null && !servesOn(old.backend())) {
            traffic.drain(old.backend(), DRAIN);
        }
        deployer.stop(old.name(), GRACE);
        lastWords.accept(old.name());
        deployer.remove(old.name());
        database.change(tx -> AppContainers.set(tx, old.name(), State.GONE));
    }

    /// Where all releases of an app have one address, the target drains.
    private boolean servesOn(String backend) {
        return database.read(AppContainers::present).stream()
                .anyMatch(c -> c.state() == State.SERVING && backend.equals(c.backend()));
    }

    @Override
    public void close() {
        closed = true;
        wake.wake();
        retiring.values().forEach(Thread::interrupt);
        try {
            if (thread.isAlive() && !thread.join(Duration.ofSeconds(2))) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        wake.close();
    }
}
