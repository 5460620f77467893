package io.slipway.engine.hook;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.db.Work;
import io.slipway.engine.hook.HookRow.End;
import io.slipway.engine.log.MaskedLog;
import io.slipway.engine.log.Masks;
import io.slipway.engine.plan.StepSpec;
import io.slipway.engine.release.Deployer;
import io.slipway.engine.release.Deployer.Condition;
import io.slipway.engine.release.Deployer.Hook;
import io.slipway.engine.release.Deployer.Obstacle;
import io.slipway.engine.release.RolloutParts.Before;
import io.slipway.engine.release.Rollouts;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// One hook of a rollout, once: whoever goes on after a kill takes the exit code of the very
/// container that was started, and where that is gone nobody starts another.
final class HookRun {
    /// So long an engine may be away.
    private static final Duration AWAY = Duration.ofMinutes(2);

    private static final long AGAIN_MILLIS = 100;
    private static final int TAIL = 20;

    /// Exit codes from here on may be the engine's doing when it was restarted.
    private static final int SIGNALS = 128;

    private final Database database;
    private final Deployer deployer;
    private final Before before;
    private final Claim claim;
    private final int position;
    private final String script;
    private final String title;
    private final Masks masks;

    /// @param position which of the app's hooks, from 0
    HookRun(Database database, Deployer deployer, Before before, int position) {
        this.database = database;
        this.deployer = deployer;
        this.before = before;
        this.claim = before.claim();
        this.position = position;
        this.script = before.app().before().get(position);
        this.title = StepSpec.title(script);
        this.masks = Masks.of(before.hidden());
    }

    /// @return why nothing may serve after it
    Optional<Verdict> run() throws InterruptedException {
        String container = claim.name() + "-before-" + (position + 1);
        claim.log().flush();
        HookRow fresh = HookRow.fresh(container, claim.log().sourceEnd());
        HookRow hook = guarded(tx -> HookRow.of(tx, before.rollout(), position, script, fresh));
        claim.steps().begin(position, Instant.now());
        claim.progress("runs " + title);
        End end;
        try {
            end = hook.end() == null ? toEnd(hook) : hook.end();
        } catch (Fault e) {
            if (e.kind() != Kind.CONFIGURATION) {
                throw e;
            }
            claim.steps().end(position, Outcome.FAILED, null, null, Instant.now());
            return Optional.of(cannotStart(e));
        }
        boolean passed = end.exitCode() == 0;
        Outcome outcome = passed ? Outcome.SUCCEEDED : Outcome.FAILED;
        claim.steps().end(position, outcome, end.exitCode(), null, Instant.now());
        if (passed) {
            deployer.removeHook(container);
            return Optional.empty();
        }
        return Optional.of(failed(end));
    }

    private End toEnd(HookRow hook) throws InterruptedException {
        if (hook.state() == HookRow.State.MADE) {
            deployer.makeHook(before.like(), new Hook(hook.container(), script));
            guarded(
                    tx -> {
                        hook.started(tx);
                        return true;
                    });
        }
        MaskedLog log = new MaskedLog(claim.log(), masks);
        End end = awaitEnd(hook, new HookOutput(log, hook.logFrom(), claim.log().sourceEnd()));
        log.end();
        claim.log().flush();
        guarded(
                tx -> {
                    hook.ended(tx, end);
                    return true;
                });
        return end;
    }

    /// Waits for the end, and for an engine that is away.
    private End awaitEnd(HookRow hook, HookOutput output) throws InterruptedException {
        String container = hook.container();
        // Each claim has a name of its own: what an older one still wants is not obeyed.
        String as = container + "-" + claim.fence();
        long answeredAt = System.nanoTime();
        while (true) {
            Optional<String> name = Optional.of(as);
            Condition condition = null;
            List<String> lastLines = List.of();
            try {
                name = deployer.startHook(container, as);
                if (name.isPresent()) {
                    condition = deployer.condition(name.get());
                    answeredAt = System.nanoTime();
                    deployer.follow(name.get(), output.mark(), output);
                    lastLines = deployer.tail(name.get(), TAIL);
                }
            } catch (Fault e) {
                boolean passes = System.nanoTime() - answeredAt < AWAY.toNanos();
                boolean away = e.kind() == Kind.UNAVAILABLE && !Database.isAway(e);
                if (!away || !passes || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                condition = null;
                claim.progress("waits for the engine that runs " + title);
            }
            if (name.isEmpty()) {
                throw unknown("its container is gone");
            }
            if (condition != null && condition.obstacle() != null) {
                hindered(condition.obstacle());
            }
            if (condition != null && condition.state() == Condition.State.ENDED) {
                return end(condition, lastLines);
            }
            Thread.sleep(AGAIN_MILLIS);
        }
    }

    private static void hindered(Obstacle obstacle) {
        if (obstacle.certain()) {
            throw new Fault(
                    obstacle.users() ? Kind.CONFIGURATION : Kind.UNAVAILABLE,
                    "its container cannot start: " + obstacle.sentence(),
                    "correct it, then retry the run");
        }
    }

    private End end(Condition condition, List<String> lastLines) {
        int code = Objects.requireNonNullElse(condition.exitCode(), 0);
        if (condition.lost() && !condition.outOfMemory() && code >= SIGNALS) {
            throw unknown("the engine was restarted while it ran");
        }
        String lines = String.join("\n", lastLines.stream().map(masks::mask).toList());
        return new End(code, condition.outOfMemory(), lines);
    }

    private Fault unknown(String why) {
        return new Fault(
                Kind.UNAVAILABLE,
                "cannot tell how '" + title + "' ended: " + why + "; it is not run again by itself",
                "look at what it has done, then retry the run");
    }

    private Verdict failed(End end) {
        String cause =
                end.outOfMemory()
                        ? "'" + title + "' ran out of memory"
                        : "'" + title + "' ended with exit code " + end.exitCode();
        Map<String, Object> evidence = evidence(cause);
        evidence.put("exitCode", end.exitCode());
        evidence.put("log", end.lastLines().lines().toList());
        return Verdict.failed(
                end.outOfMemory() ? Reason.OUT_OF_MEMORY : Reason.EXIT_CODE, cause, evidence);
    }

    private Verdict cannotStart(Fault fault) {
        Map<String, Object> evidence = evidence(fault.message());
        evidence.put("remedy", "hooks need an image with /bin/sh");
        return Verdict.failed(
                Reason.DEFINITION, "cannot run '" + title + "': " + fault.message(), evidence);
    }

    private Map<String, Object> evidence(String sentence) {
        Map<String, Object> evidence = new LinkedHashMap<>();
        evidence.put("sentence", sentence);
        evidence.put("hook", title);
        return evidence;
    }

    private <T> T guarded(Work<T> change) {
        return database.transaction(
                (Tx tx) -> {
                    Rollouts.guard(tx, before.rollout(), claim.name());
                    return change.in(tx);
                });
    }
}
