package io.slipway.engine.release;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.release.AppContainers.AppContainer;
import io.slipway.engine.release.AppContainers.State;
import io.slipway.engine.release.Deployer.Condition;
import io.slipway.engine.route.Routes;
import io.slipway.engine.route.Traffic;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Keeps what serves serving: says what is wrong with it, orders a new container where one is gone
/// (with growing pauses), removes what no row knows, and brings the route table to a switch that
/// was restarted. Every server may run one; each round finds only what is still to be done.
public final class Supervisor implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Supervisor.class);
    private static final long ROUND_MILLIS = 2_000;

    /// After so long in good health, a container's earlier troubles are forgotten.
    private static final long HEALTHY_SECONDS = 300;

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

    private static final String OPEN_ROLLOUT =
            "select exists (select from rollouts where placement_id = ? and state <> 'ended') as"
                    + " open";

    private final Database database;
    private final Deployer deployer;
    private final Traffic traffic;
    private final Routes routes;
    private final RolloutRuns runs;
    private final ScheduledExecutorService rounds =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("supervisor").daemon().factory());
    private long appliedRevision = -1;

    /// @param runs orders new containers
    public Supervisor(RolloutParts parts, RolloutRuns runs) {
        this.database = parts.database();
        this.deployer = parts.deployer();
        this.traffic = parts.traffic();
        this.routes = parts.routes();
        this.runs = runs;
    }

    /// Begins; the first round is at once.
    public void start() {
        var unused =
                rounds.scheduleWithFixedDelay(this::safely, 0, ROUND_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void safely() {
        try {
            round();
        } catch (Fault e) {
            log.warn("{}", e.message());
        } catch (RuntimeException e) {
            log.error("the supervisor's round failed", e);
        }
    }

    /// One look at everything.
    void round() {
        database.change(Rollouts::endAbandoned);
        Set<String> inEngine = deployer.present();
        List<AppContainer> rows = database.read(AppContainers::present);
        boolean changed = false;
        for (AppContainer container : rows) {
            changed |= one(container);
        }
        Set<String> known =
                new HashSet<>(
                        database.read(AppContainers::present).stream()
                                .map(AppContainer::name)
                                .toList());
        inEngine.stream().filter(name -> !known.contains(name)).forEach(deployer::remove);
        if (changed || traffic.revision() != appliedRevision) {
            routes.publish();
            appliedRevision = traffic.revision();
        }
    }

    /// What fails for one container is tried again in the next round and keeps nobody else waiting.
    ///
    /// @return whether what the switch should know has changed
    private boolean one(AppContainer container) {
        try {
            if (container.state() == State.SERVING) {
                return look(container);
            }
            return tidy(container);
        } catch (Fault e) {
            log.warn("{} is looked at again: {}", container.name(), e.message());
        } catch (RuntimeException e) {
            log.error("{} could not be looked at", container.name(), e);
        }
        return false;
    }

    /// Whether the row still says so: a rollout may have changed it since the round began. It
    /// writes the row before it touches the container.
    private boolean still(AppContainer container) {
        return database.read(tx -> AppContainers.of(tx, container.placementId())).stream()
                .anyMatch(
                        now ->
                                now.name().equals(container.name())
                                        && now.state() == container.state());
    }

    /// @return whether what the switch should know has changed
    private boolean look(AppContainer container) {
        Condition condition = deployer.condition(container.name());
        String trouble = trouble(condition);
        if (trouble != null && !still(container)) {
            return false;
        }
        if (trouble == null) {
            Long seconds = container.servedSeconds();
            if (seconds != null && seconds > HEALTHY_SECONDS) {
                database.change(tx -> tx.update(CALM, container.placementId()));
            }
        } else if (condition.state() == Condition.State.ABSENT) {
            database.change(tx -> restartWhenDue(tx, container));
        } else if (condition.state() == Condition.State.ENDED) {
            deployer.restart(container.name());
        }
        return database.transaction(
                tx -> tx.update(TROUBLE, trouble, container.placementId(), trouble) > 0);
    }

    private static @Nullable String trouble(Condition condition) {
        String memory = condition.outOfMemory() ? " after it ran out of memory" : "";
        return switch (condition.state()) {
            case RUNNING -> null;
            case RESTARTING ->
                    "it ends again and again, last with exit code " + condition.exitCode() + memory;
            case ENDED -> "it ended with exit code " + condition.exitCode() + memory;
            case ABSENT -> "its container is gone; a new one is being started";
        };
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
        boolean open =
                database.read(
                        tx ->
                                tx.one(
                                        OPEN_ROLLOUT,
                                        row -> row.flag("open"),
                                        container.placementId()));
        if (open || !still(container)) {
            return false;
        }
        Placement placement = database.read(tx -> Placements.byId(tx, container.placementId()));
        if (container.state() == State.PAUSED
                && Objects.equals(placement.liveRelease(), container.releaseId())) {
            deployer.restart(container.name());
            database.change(tx -> AppContainers.set(tx, container.name(), State.SERVING));
            return true;
        }
        deployer.remove(container.name());
        database.change(tx -> AppContainers.set(tx, container.name(), State.GONE));
        return false;
    }

    @Override
    public void close() {
        rounds.shutdownNow();
    }
}
