package io.slipway.engine.release;

import io.slipway.db.Database;
import io.slipway.engine.log.Masks;
import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.plan.StepSpec;
import io.slipway.engine.release.AppContainers.AppContainer;
import io.slipway.engine.release.AppContainers.State;
import io.slipway.engine.release.Deployer.AppOrder;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.ClaimLost;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// One rollout from its row to its verdict: start beside, ask for health, switch. Each step is
/// written before its effect, and each effect may be repeated, so a later claim goes on where an
/// earlier one was cut off. What served before is drained and removed by the supervisor.
final class RolloutDrive {
    private static final long AGAIN_MILLIS = 250;
    private static final int TAIL = 20;
    private static final Set<Claim.Ended> STOPS =
            EnumSet.of(Claim.Ended.CANCELLED, Claim.Ended.TIMEOUT);
    private static final List<String> STEPS = List.of("start", "health", "switch");

    private final RolloutParts parts;
    private final Claim claim;
    private final Rollout rollout;
    private final String container;
    private final Placement placement;
    private final Release release;
    private final @Nullable Release from;
    private final AppSpec app;

    /// What runs before the app: only where a release is made. One that is rolled out again has had
    /// it, and hooks lead forward only.
    private final List<String> hooks;

    private final long begin = System.nanoTime();
    private @Nullable Instant away;
    private boolean hooking;

    RolloutDrive(RolloutParts parts, Claim claim, Rollout rollout) {
        this.parts = parts;
        this.claim = claim;
        this.rollout = rollout;
        this.container = claim.name().toString();
        this.placement = parts.database().read(tx -> Placements.byId(tx, rollout.placementId()));
        this.release = parts.database().read(tx -> Releases.byId(tx, rollout.releaseId()));
        Long fromId = rollout.fromRelease();
        this.from = fromId == null ? null : parts.database().read(tx -> Releases.byId(tx, fromId));
        this.app = release.spec();
        RolloutSpec spec = (RolloutSpec) claim.job().spec();
        this.hooks = spec.release() == null || spec.anew() ? app.before() : List.of();
    }

    Verdict drive() throws InterruptedException {
        List<String> steps = new ArrayList<>(hooks.stream().map(StepSpec::title).toList());
        steps.addAll(STEPS);
        claim.steps().declare(steps);
        // How long an app's hooks take, and it to get healthy, is its own affair.
        claim.steps().own(starting());
        claim.steps().own(switching());
        return switch (rollout.state()) {
            case STARTING, CHECKING -> tryOut();
            case SWITCHING -> finish();
            case UNDOING -> takeBack().complete(rollout.ruled(summary()));
            case ENDED -> rollout.ruled(summary());
        };
    }

    private int starting() {
        return hooks.size();
    }

    private int checking() {
        return hooks.size() + 1;
    }

    private int switching() {
        return hooks.size() + 2;
    }

    private TakeBack takeBack() {
        return new TakeBack(parts, claim, rollout);
    }

    /// Everything before traffic moves: what goes wrong here is undone.
    private Verdict tryOut() throws InterruptedException {
        HealthCheck check =
                new HealthCheck(
                        parts.deployer(), container, app.name(), app.health(), this::printed);
        HealthCheck.Result health;
        String backend = null;
        try {
            Optional<Verdict> no = start();
            if (no.isPresent()) {
                log(no.get().summary());
                return takeBack().because(no.get());
            }
            claim.steps().end(starting(), Outcome.SUCCEEDED, null, null, Instant.now());
            claim.steps().begin(checking(), Instant.now());
            parts.database()
                    .change(tx -> Rollouts.move(tx, rollout, claim.name(), RolloutState.CHECKING));
            health = check.await(port(), app.port() != null, claim::progress);
            if (health.healthy()) {
                parts.deployer().announce(container);
                if (health.port() != 0) {
                    backend = parts.deployer().backend(container, health.port());
                }
                health = check.stillRuns(health);
            }
        } catch (InterruptedException e) {
            return interrupted(e);
        } catch (ClaimLost e) {
            throw e;
        } catch (RuntimeException e) {
            return broken(e);
        }
        if (health.no() != null) {
            return unhealthy(health.no());
        }
        claim.steps().end(checking(), Outcome.SUCCEEDED, null, null, Instant.now());
        claim.steps().begin(switching(), Instant.now());
        serve(backend, health.port());
        return finish();
    }

    /// A call that broke off because the claim ended, or because the database is away, says nothing
    /// about the release: nothing is undone that a later claim would take for the app's own fault.
    private Verdict broken(RuntimeException thrown) throws InterruptedException {
        if (claim.ended().isPresent()) {
            boolean cleared = Thread.interrupted(); // what is undone now may block
            assert cleared || !cleared;
            InterruptedException interrupted = new InterruptedException(thrown.getMessage());
            interrupted.initCause(thrown);
            return interrupted(interrupted);
        }
        if (Database.isAway(thrown)) {
            throw thrown;
        }
        Verdict verdict =
                thrown instanceof Fault fault
                        ? Verdict.errored(fault)
                        : Verdict.errored(
                                Reason.INTERNAL, String.valueOf(thrown.getMessage()), Map.of());
        Verdict done = takeBack().because(withSeen(verdict));
        if (thrown instanceof Fault) {
            return done;
        }
        throw thrown;
    }

    /// Hooks first, the container then. An app with volumes is away meanwhile: its hooks have them
    /// to themselves.
    ///
    /// @return why it must not serve
    private Optional<Verdict> start() throws InterruptedException {
        if (hooks.isEmpty()) {
            claim.steps().begin(starting(), Instant.now());
        }
        String engineId = parts.image(release, claim::progress);
        AppValues.Values values = parts.values(placement, release);
        AppOrder order =
                parts.order(
                        new RolloutParts.Whose(container, placement, rollout.fence(), release),
                        engineId,
                        values);
        pauseOld();
        if (!hooks.isEmpty()) {
            hooking = true;
            Optional<Verdict> no =
                    parts.hooks()
                            .run(
                                    new RolloutParts.Before(
                                            claim, rollout, app, order, values.hidden()));
            hooking = false;
            if (no.isPresent()) {
                return no;
            }
            claim.steps().begin(starting(), Instant.now());
        }
        parts.deployer().start(order);
        log("started release #" + release.number());
        return Optional.empty();
    }

    private int port() {
        return RolloutParts.port(app);
    }

    /// An app with volumes is replaced by stop and start: two may not write at once.
    private void pauseOld() {
        if (app.volumes().isEmpty()) {
            return;
        }
        for (AppContainer old : others()) {
            if (old.state() == State.SERVING) {
                away = Instant.now();
                parts.database()
                        .change(
                                tx ->
                                        guarded(
                                                tx,
                                                () ->
                                                        AppContainers.set(
                                                                tx, old.name(), State.PAUSED)));
                parts.routes().publish();
                if (old.backend() != null) {
                    parts.traffic().drain(old.backend(), Supervisor.DRAIN);
                }
            }
            if (old.servedSeconds() == null) {
                // Of a rollout that was given up: a start that is still under way must not be
                // obeyed.
                parts.deployer().remove(old.name());
            } else {
                parts.deployer().stop(old.name(), Supervisor.GRACE);
            }
        }
    }

    private void serve(@Nullable String backend, int port) {
        parts.database()
                .change(
                        tx -> {
                            Rollouts.move(tx, rollout, claim.name(), RolloutState.SWITCHING);
                            for (AppContainer old : AppContainers.of(tx, placement.id())) {
                                AppContainers.set(tx, old.name(), State.DRAINING);
                            }
                            AppContainers.serve(tx, container, backend, port);
                            Rollouts.live(tx, rollout);
                            Placements.keepHost(tx, placement.id(), app.host());
                        });
    }

    /// Everything after the decision: only forward, also when somebody cancels meanwhile.
    private Verdict finish() throws InterruptedException {
        Optional<Claim.Ended> before = claim.ended();
        boolean interrupted = Thread.interrupted();
        try {
            return forward();
        } catch (ClaimLost e) {
            throw e;
        } catch (InterruptedException | RuntimeException e) {
            Optional<Claim.Ended> now = claim.ended();
            boolean stopped = now.filter(how -> STOPS.contains(how)).isPresent();
            if (!stopped || now.equals(before)) {
                throw e;
            }
            return finish();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Verdict forward() throws InterruptedException {
        publish();
        claim.steps().end(switching(), Outcome.SUCCEEDED, null, null, Instant.now());
        Verdict verdict = new Verdict(Outcome.SUCCEEDED, Reason.DONE, summary(), evidence());
        parts.database().change(tx -> Rollouts.succeeded(tx, rollout, claim.name(), verdict));
        log(verdict.summary());
        return verdict;
    }

    /// A switch that is away is being started again: it is waited for.
    private void publish() throws InterruptedException {
        while (true) {
            try {
                parts.routes().publish();
                return;
            } catch (Fault e) {
                if (e.kind() != Fault.Kind.UNAVAILABLE || Database.isAway(e)) {
                    throw e;
                }
                claim.progress("waits for the switch: " + e.message());
            }
            Thread.sleep(AGAIN_MILLIS);
        }
    }

    private Verdict unhealthy(Verdict why) {
        claim.steps().end(checking(), Outcome.FAILED, null, null, Instant.now());
        log(why.summary());
        return takeBack().because(why);
    }

    private Verdict interrupted(InterruptedException e) throws InterruptedException {
        Claim.Ended ended = claim.ended().orElse(Claim.Ended.SHUTDOWN);
        if (ended == Claim.Ended.LOST || ended == Claim.Ended.SHUTDOWN) {
            throw e;
        }
        Verdict verdict =
                ended == Claim.Ended.TIMEOUT
                        ? Verdict.failed(
                                Reason.TIMEOUT,
                                "the rollout reached its time limit"
                                        + (hooking ? " before its hooks had ended" : ""),
                                Map.of())
                        : new Verdict(
                                Outcome.CANCELLED,
                                Reason.CANCELLED,
                                "cancelled before it served",
                                Map.of());
        return takeBack().because(withSeen(verdict));
    }

    /// What is seen of the container goes with it otherwise.
    private Verdict withSeen(Verdict verdict) {
        Map<String, Object> evidence = new LinkedHashMap<>(verdict.evidence());
        evidence.putAll(HealthCheck.seen(verdict.summary(), printed()));
        return new Verdict(verdict.outcome(), verdict.reason(), verdict.summary(), evidence);
    }

    /// What the container printed last, without what must not be seen; nothing where that cannot be
    /// told.
    private List<String> printed() {
        Masks masks;
        try {
            masks = Masks.of(parts.values(placement, release).hidden());
        } catch (Fault e) {
            if (e.kind() != Fault.Kind.CONFIGURATION) {
                throw e;
            }
            return List.of();
        }
        return parts.deployer().tail(container, TAIL).stream().map(masks::mask).toList();
    }

    private void guarded(io.slipway.db.Tx tx, Runnable change) {
        Rollouts.guard(tx, rollout, claim.name());
        change.run();
    }

    private List<AppContainer> others() {
        return parts.database().read(tx -> AppContainers.of(tx, placement.id())).stream()
                .filter(c -> !c.name().equals(container))
                .toList();
    }

    private String summary() {
        Function<Duration, String> seconds =
                d -> String.format(java.util.Locale.ROOT, "%.1f s", d.toMillis() / 1000.0);
        String arrow =
                from == null
                        ? "#" + release.number()
                        : "#" + from.number() + " -> #" + release.number();
        String text =
                arrow
                        + "   live after "
                        + seconds.apply(Duration.ofNanos(System.nanoTime() - begin));
        return away == null
                ? text
                : text + ", away for " + seconds.apply(Duration.between(away, Instant.now()));
    }

    private Map<String, Object> evidence() {
        Map<String, Object> evidence = new LinkedHashMap<>();
        evidence.put("release", release.number());
        if (from != null) {
            evidence.put("from", from.number());
        }
        String host = app.host();
        if (host != null) {
            Placement now = parts.database().read(tx -> Placements.byId(tx, placement.id()));
            evidence.put("url", parts.addresses().url(host));
            evidence.put("printed", parts.addresses().printed(host, now.loopbackPort()));
        }
        return evidence;
    }

    private void log(String text) {
        claim.log().line(text);
    }
}
