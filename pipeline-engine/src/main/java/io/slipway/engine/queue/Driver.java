package io.slipway.engine.queue;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.db.Work;
import io.slipway.engine.run.Claim.Ended;
import io.slipway.engine.run.ClaimLost;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.JobWork;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Runs;
import io.slipway.engine.run.Verdict;
import io.slipway.fault.Fault;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/// Drives one claimed attempt from the claim to its verdict, on the attempt's own thread, and then
/// removes what it made.
final class Driver {
    private static final Logger log = LoggerFactory.getLogger(Driver.class);
    private static final Duration AGAIN_AFTER = Duration.ofMillis(250);
    private static final Duration LET_GO = Duration.ofSeconds(1);
    private static final int MOST_EXPIRIES = 3;

    private final Queue queue;
    private final Verdicts verdicts = new Verdicts();
    private final Map<JobKind, JobWork> work;
    private final Removals removals;

    Driver(Queue queue, Map<JobKind, JobWork> work, Removals removals) {
        this.queue = queue;
        this.work = work;
        this.removals = removals;
    }

    /// Drives it to its end.
    ///
    /// @param gone told when the claim is no longer this process's, before the removal begins
    void drive(Holding holding, Runnable gone) {
        boolean ended = false;
        try {
            ended = toVerdict(holding);
        } catch (ClaimLost e) {
            log.info("{}", e.getMessage());
        } catch (RuntimeException | Error e) {
            log.error("{} was let go", holding.name(), e);
            // It is claimed again at once otherwise, and ends up here as fast.
            LockSupport.parkNanos(LET_GO.toNanos());
            giveUp(holding);
        } finally {
            holding.ownLog().close();
            gone.run();
        }
        if (ended) {
            removals.remove(due(holding));
        }
    }

    private void giveUp(Holding holding) {
        try {
            queue.giveUp(holding.job().attemptId(), holding.fence());
        } catch (RuntimeException e) {
            log.warn("{} is let go when its lease ends", holding.name(), e);
        }
    }

    /// Writes the verdict over an attempt whose own thread does not stop.
    ///
    /// @param gone told when the claim is no longer this process's, before the removal begins
    void force(Holding holding, Runnable gone) {
        boolean ended = false;
        try {
            if (!holding.settle()) {
                return;
            }
            log.warn("{} does not stop when told: it is ended without its driver", holding.name());
            ended = conclude(holding, tx -> withoutDriver(tx, holding));
            gone.run();
        } catch (ClaimLost e) {
            log.info("{}", e.getMessage());
        } catch (RuntimeException | Error e) {
            // Its driver can write no verdict any more: somebody else has to.
            log.error("{} was let go", holding.name(), e);
            holding.end(Ended.LOST, "its verdict could not be written");
            giveUp(holding);
            gone.run();
        }
        if (ended) {
            removals.remove(due(holding));
        }
    }

    private Verdict withoutDriver(Tx tx, Holding holding) {
        Verdict stopped = stopped(holding);
        JobWork of = work.get(JobKind.of(holding.job().spec()));
        return of == null ? stopped : of.withoutDriver(tx, holding, stopped);
    }

    private static Removals.Due due(Holding holding) {
        return new Removals.Due(
                holding.job().attemptId(), holding.name(), JobKind.of(holding.job().spec()));
    }

    private boolean toVerdict(Holding holding) {
        holding.drivenBy(Thread.currentThread());
        Optional<Verdict> verdict;
        try {
            verdict = perform(holding);
        } finally {
            holding.noMoreInterrupts();
        }
        if (verdict.isPresent()) {
            return holding.settle() && conclude(holding, _ -> verdict.get());
        }
        letGo(holding);
        return false;
    }

    /// @return nothing when the attempt is to be let go
    private Optional<Verdict> perform(Holding holding) {
        int expiries = holding.claimed().past().expiries();
        if (expiries >= MOST_EXPIRIES) {
            return Optional.of(Verdicts.quarantine(expiries));
        }
        try {
            JobWork of = work.get(JobKind.of(holding.job().spec()));
            if (of == null) {
                throw new Fault(
                        Fault.Kind.INTERNAL,
                        "cannot do this job: nothing here does its kind of work",
                        "report this with the server's log");
            }
            List<String> missing = holding.claimed().missing();
            if (!missing.isEmpty()) {
                return Optional.of(Verdicts.missing(of, holding.job(), missing));
            }
            return Optional.of(of.perform(holding));
        } catch (InterruptedException | RuntimeException | Error e) {
            return afterThrow(holding, e);
        }
    }

    private static Optional<Verdict> afterThrow(Holding holding, Throwable thrown) {
        if (thrown instanceof ClaimLost || Database.isAway(thrown)) {
            return Optional.empty();
        }
        Optional<Ended> ended = holding.ended();
        if (ended.isPresent()) {
            return switch (ended.get()) {
                case LOST, SHUTDOWN -> Optional.empty();
                case CANCELLED, TIMEOUT -> Optional.of(stopped(holding));
            };
        }
        if (thrown instanceof Fault fault) {
            return Optional.of(Verdict.errored(fault));
        }
        log.error("{} ended by a mistake of Slipway's own", holding.name(), thrown);
        return Optional.of(
                Verdict.errored(
                        Reason.INTERNAL,
                        "a mistake of Slipway's own: " + thrown.getClass().getSimpleName(),
                        Map.of("message", String.valueOf(thrown.getMessage()))));
    }

    private static Verdict stopped(Holding holding) {
        if (holding.ended().orElse(Ended.CANCELLED) == Ended.TIMEOUT) {
            return overtime(holding);
        }
        boolean superseded = holding.endedBy().startsWith(Runs.SUPERSEDED);
        return new Verdict(
                Outcome.CANCELLED,
                superseded ? Reason.SUPERSEDED : Reason.CANCELLED,
                holding.endedBy(),
                Map.of("by", holding.endedBy()));
    }

    private static Verdict overtime(Holding holding) {
        Duration limit = holding.limit();
        return Verdict.failed(
                Reason.TIMEOUT,
                "its time limit of " + shown(limit) + " was reached",
                Map.of("limitSeconds", limit.toSeconds()));
    }

    private static String shown(Duration limit) {
        if (limit.toSeconds() == 0) {
            return limit.toMillis() + " ms";
        }
        return limit.toSecondsPart() == 0 ? limit.toMinutes() + " min" : limit.toSeconds() + " s";
    }

    /// For whoever has settled the claim.
    ///
    /// @return whether this verdict is the one that is written
    private boolean conclude(Holding holding, Work<Verdict> verdict) {
        // One transaction with the end of the log.
        AtomicBoolean written = new AtomicBoolean();
        holding.ownLog()
                .alongside(
                        tx -> verdicts.hold(tx, holding),
                        tx -> {
                            verdicts.write(tx, holding, verdict);
                            tx.afterCommit(() -> written.set(true));
                        });
        untilDone(holding, holding.ownLog()::flush);
        return written.get();
    }

    private void letGo(Holding holding) {
        if (holding.isLost()) {
            return;
        }
        untilDone(
                holding,
                () -> {
                    holding.ownLog().flush();
                    queue.giveBack(holding.job().attemptId(), holding.fence());
                });
    }

    /// Does it again while the database is away, as long as the claim holds.
    private static void untilDone(Holding holding, Runnable write) {
        while (true) {
            try {
                write.run();
                return;
            } catch (Fault e) {
                if (e.kind() != Fault.Kind.UNAVAILABLE) {
                    throw e;
                }
                log.warn("{} waits for the database: {}", holding.name(), e.message());
            }
            if (holding.isLost()) {
                throw new ClaimLost(holding.name());
            }
            LockSupport.parkNanos(AGAIN_AFTER.toNanos());
        }
    }
}
