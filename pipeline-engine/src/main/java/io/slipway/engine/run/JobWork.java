package io.slipway.engine.run;

import io.slipway.db.Tx;
import io.slipway.engine.plan.JobSpec;

import java.util.Optional;
import java.util.Set;

/// The work of one kind of job. Called on a virtual thread of the job's own, by the server that
/// holds the claim. It must be repeatable: after a kill, another call with the same attempt and a
/// higher fence adopts what the first one made and goes on.
public interface JobWork {
    /// Does the work, or goes on with it, to the end.
    ///
    /// When the claim is lost or cancelled the thread is interrupted and `claim.ended()` says
    /// which; work then lets go at once when the claim was lost (somebody else owns what runs), and
    /// stops what runs when it was cancelled.
    ///
    /// @return the verdict; a [io.slipway.fault.Fault] thrown instead is an ERRORED one
    Verdict perform(Claim claim) throws InterruptedException;

    /// What becomes of an attempt whose work does not stop when it is told to, and is ended without
    /// it. Part of the transaction that writes the verdict, which holds the attempt's row: what the
    /// work has decided under [Claim#guard] before that holds, and it decides nothing afterwards.
    ///
    /// @param stopped the verdict unless something else is decided already
    default Verdict withoutDriver(Tx tx, Claim claim, Verdict stopped) {
        return stopped;
    }

    /// Names of secrets that jobs get here beside those of the project's configuration. The claim
    /// asks: no work begins without its secrets.
    default Set<String> given() {
        return Set.of();
    }

    /// The line that gives a secret its value.
    ///
    /// @param project its name
    default String remedy(String project, String name) {
        return "slipway config set " + name + " --secret -p " + project;
    }

    /// What the work would use, if it began now, in the place of a name of its spec that may come
    /// to mean something else: an image by its digest. Nobody agrees to it before that is known.
    ///
    /// @return empty where the name stands for itself
    default Optional<String> pin(JobSpec spec) throws InterruptedException {
        return Optional.empty();
    }

    /// Makes early what an attempt will need and what does not need its turn: called, at most once
    /// a minute by each server, while the job waits. Never needed: [#perform] makes what is
    /// missing. It may still go on when the attempt has begun, or even ended; what it leaves then
    /// has no owner, and is swept.
    ///
    /// @param attempt the one that comes; it need not have a row yet
    default void prepare(AttemptName attempt, JobSpec spec) throws InterruptedException {}

    /// Removes everything that the attempt made, wherever it is. Safe to call twice, also for an
    /// attempt that never began. Called after the verdict was written.
    void remove(AttemptName attempt);
}
